package io.gibbsite.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** The model file that an argument names: itself, or of a run's folder the model in it. */
final class ModelFile implements ITypeConverter<Path> {
  /**
   * The file.
   *
   * @throws IllegalArgumentException if it is a folder without a model
   */
  static Path in(Path source) {
    if (!Files.isDirectory(source)) {
      return source;
    }
    Path file = new RunFolder(source).model();
    RunOptions.require(
        Files.exists(file),
        "%s: a folder without a model (%s): name that of a training run, or a model file"
            .formatted(source, file.getFileName()));
    return file;
  }

  @Override
  public Path convert(String text) {
    Path source = Path.of(text);
    try {
      return in(source);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(e.getMessage());
    }
  }
}
