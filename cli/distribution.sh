#!/bin/sh
# Packs what runs on a machine with neither JDK nor Maven: the jars, their natives, the launcher, and
# a Java runtime with the modules that they need. Called by `mvn -Pdist package`.
#
#   distribution.sh VERSION
set -eu

version=$1
cli=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
root=$(dirname "$cli")
target=$cli/target
name=gibbsite-$version-linux-x86_64
most_bytes=60000000

if ! jdk=$("$root/gibbsite" --print-jdk); then
  exit 1
fi

rm -rf "$target/dist"
mkdir -p "$target/dist/$name"
cd "$target/dist/$name"

"$jdk/bin/jlink" --output runtime --strip-debug --no-man-pages --no-header-files --compress zip-9 \
  --add-modules java.base,java.desktop,java.logging,java.management,java.sql,jdk.management \
  --add-modules jdk.incubator.vector,jdk.unsupported 2> /dev/null

cp "$target/gibbsite.jar" "$root/gibbsite" "$root/kernels/on-gpu.sh" .
cp "$root/README.md" "$root/LICENSE" "$root/CHANGELOG.md" .
cp -R "$target/lib" lib

# Of JCuda's natives only these are used; the others hold a compiler of 24 MB.
for natives in lib/jcuda-natives-*.jar lib/jcublas-natives-*.jar; do
  mkdir unpacked
  (
    cd unpacked
    "$jdk/bin/jar" --extract --file "../$natives"
    find . -name '*.so' ! -name 'libJCudaDriver-*' ! -name 'libJCublas2-*' -exec rm {} +
    "$jdk/bin/jar" --create --no-manifest --file "../$natives" lib
  )
  rm -r unpacked
done

# It must start, with nothing of this machine but its C library.
env -i PATH=/usr/bin:/bin ./gibbsite info > ../info.txt

cd ..
tar --owner=0 --group=0 -cf - "$name" | gzip -9 > "../$name.tar.gz"
bytes=$(wc -c < "../$name.tar.gz")
if [ "$bytes" -gt "$most_bytes" ]; then
  echo "distribution: $name.tar.gz has $bytes bytes, more than $most_bytes" >&2
  exit 1
fi
echo "distribution: cli/target/$name.tar.gz, $bytes bytes"
