/**
 * Files: safetensors, NPY, NPZ and CSV, read strictly and written atomically.
 *
 * <p>A damaged file is a {@link io.gibbsite.io.FormatException} that names the file, and nothing
 * else: no other exception, no memory beyond what the file can hold.
 */
package io.gibbsite.io;
