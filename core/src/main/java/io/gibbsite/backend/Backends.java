package io.gibbsite.backend;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Collectors;

/** Selection of a backend: by preference, or by name; nothing switches afterwards. */
public final class Backends {
  private Backends() {}

  /**
   * One backend's standing on this machine.
   *
   * @param name the backend
   * @param available whether it can run here
   * @param detail what it would use, or why it cannot run
   */
  public record Status(String name, boolean available, String detail) {}

  /** Every backend that this program carries, the most preferred first. */
  public static List<Status> report() {
    List<Status> report = new ArrayList<>();
    for (BackendProvider provider : providers()) {
      BackendProvider.Availability availability = provider.probe();
      report.add(new Status(provider.name(), availability.available(), availability.detail()));
    }
    return report;
  }

  /** The best backend that can run here, with default options. */
  public static Backend auto() {
    return auto(BackendOptions.defaults());
  }

  /**
   * The best backend that can run here with these options.
   *
   * @throws BackendUnavailableException if none can, with every reason
   */
  public static Backend auto(BackendOptions options) {
    List<String> reasons = new ArrayList<>();
    for (BackendProvider provider : providers()) {
      BackendProvider.Availability availability = provider.probe();
      if (availability.available()) {
        try {
          return provider.create(options);
        } catch (BackendUnavailableException e) {
          reasons.add(e.getMessage());
        }
      } else {
        reasons.add(provider.name() + ": " + availability.detail());
      }
    }
    throw new BackendUnavailableException("no backend can run here: " + String.join("; ", reasons));
  }

  /**
   * The backend of that name, or {@link #auto(BackendOptions)} for {@code auto}.
   *
   * @throws BackendUnavailableException if there is none of that name, or it cannot run here
   */
  public static Backend named(String name, BackendOptions options) {
    if (name.equals("auto")) {
      return auto(options);
    }
    for (BackendProvider provider : providers()) {
      if (provider.name().equals(name)) {
        BackendProvider.Availability availability = provider.probe();
        if (!availability.available()) {
          throw new BackendUnavailableException(
              "backend " + name + " cannot run here: " + availability.detail());
        }
        return provider.create(options);
      }
    }
    throw new BackendUnavailableException(
        "there is no backend '%s' here: auto, %s"
            .formatted(
                name,
                providers().stream().map(BackendProvider::name).collect(Collectors.joining(", "))));
  }

  /** The line that says what was taken and why more preferred ones were not. */
  public static String explain(Backend taken) {
    StringBuilder line = new StringBuilder("backend ").append(taken.description());
    for (Status status : report()) {
      if (status.name().equals(taken.name())) {
        break;
      }
      line.append("; not ").append(status.name()).append(": ");
      line.append(status.available() ? "another was asked for" : status.detail());
    }
    return line.toString();
  }

  private static List<BackendProvider> providers() {
    List<BackendProvider> providers = new ArrayList<>();
    ServiceLoader.load(BackendProvider.class, Backends.class.getClassLoader())
        .forEach(providers::add);
    providers.sort(Comparator.comparingInt(BackendProvider::preference).reversed());
    return providers;
  }
}
