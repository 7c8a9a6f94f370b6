package io.gibbsite.cli;

import static io.gibbsite.cli.RunOptions.require;

import io.gibbsite.backend.Workers;
import io.gibbsite.mlp.MlpSession;
import io.gibbsite.sampler.AnnealedLangevin;
import io.gibbsite.sampler.Hmc;
import io.gibbsite.sampler.Langevin;
import io.gibbsite.sampler.Mala;
import io.gibbsite.sampler.MetropolisHastings;
import io.gibbsite.sampler.Sampler;
import io.gibbsite.sampler.SamplerSettings;
import io.gibbsite.sampler.Svgd;
import io.gibbsite.sampler.UnderdampedLangevin;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** What the samplers of MLPs are told, and the chains that they then move. */
final class MlpSamplerOptions {
  /** The samplers, with their step sizes where none is given. */
  private static final Map<String, Float> SAMPLERS = new LinkedHashMap<>();

  /** Options, and the samplers that they are of: none is of other models. */
  private static final Map<String, Set<String>> OWNERS = new LinkedHashMap<>();

  static {
    SAMPLERS.put("langevin", 0.01f);
    SAMPLERS.put("mala", 0.01f);
    SAMPLERS.put("hmc", 0.1f);
    SAMPLERS.put("mh", 0.1f);
    SAMPLERS.put("underdamped", 0.05f);
    SAMPLERS.put("annealed", 0.01f);
    SAMPLERS.put("pt", 0.01f);
    SAMPLERS.put("svgd", 0.05f);
    OWNERS.put("--step-size", SAMPLERS.keySet());
    OWNERS.put("--noise-scale", Set.of("langevin"));
    OWNERS.put("--clip", Set.of("langevin", "annealed"));
    OWNERS.put("--box", Set.of("langevin", "annealed"));
    OWNERS.put("--leapfrog", Set.of("hmc"));
    OWNERS.put("--friction", Set.of("underdamped"));
    OWNERS.put("--hottest", Set.of("annealed", "pt"));
  }

  private static final int ANNEALING_STAGES = 100;

  @Spec(Target.MIXEE)
  private CommandSpec command;

  @Option(
      names = "--step-size",
      paramLabel = "ETA",
      description =
          "Of x <- x - ETA dE/dx + noise, or as the sampler has it (default: adapted in burn-in by"
              + " mala, hmc, mh and pt; 0.05 for underdamped and svgd; else 0.01).")
  private Float stepSize;

  @Option(
      names = "--noise-scale",
      paramLabel = "S",
      description = "Deviation of the noise, apart from temperature (default sqrt(2 ETA T)).")
  private Float noiseScale;

  @Option(
      names = "--clip",
      paramLabel = "C",
      description = "Hold gradient components to +-C (default: no limit).")
  private Float clip;

  @Option(
      names = "--box",
      split = ",",
      paramLabel = "LO,HI",
      description = "Hold components to [LO, HI] (default: no limit).")
  private float[] box;

  @Option(
      names = "--leapfrog",
      paramLabel = "L",
      description = "Of hmc: leapfrog steps of a proposal (default ${DEFAULT-VALUE}).")
  private int leapfrog = 10;

  @Option(
      names = "--friction",
      paramLabel = "G",
      description = "Of underdamped: friction per unit of time (default ${DEFAULT-VALUE}).")
  private float friction = 1;

  @Option(
      names = "--hottest",
      paramLabel = "T",
      description =
          "Of annealed: where burn-in begins; of pt: the hottest replica's temperature (default"
              + " ${DEFAULT-VALUE}).")
  private float hottest = 10;

  /** Options of this command line that are of MLPs alone. */
  List<String> given() {
    return OWNERS.keySet().stream()
        .filter(option -> command.commandLine().getParseResult().hasMatchedOption(option))
        .toList();
  }

  /**
   * Checks everything that can be checked before work begins.
   *
   * @throws IllegalArgumentException naming the option
   */
  void check(String sampler, float temperature) {
    require(
        SAMPLERS.containsKey(sampler),
        "--sampler must be %s, not '%s'".formatted(String.join(", ", SAMPLERS.keySet()), sampler));
    for (String option : given()) {
      require(
          OWNERS.get(option).contains(sampler),
          "%s is of %s, not of %s"
              .formatted(
                  option,
                  String.join(" and ", OWNERS.get(option).stream().sorted().toList()),
                  sampler));
    }
    require(
        sampler.equals("langevin") || temperature > 0,
        "--temperature must be positive for %s, not %s".formatted(sampler, temperature));
    require(leapfrog >= 1, "--leapfrog must be at least 1, not " + leapfrog);
    require(
        friction > 0 && Float.isFinite(friction), "--friction must be positive, not " + friction);
    require(
        !OWNERS.get("--hottest").contains(sampler)
            || hottest > temperature && Float.isFinite(hottest),
        "--hottest must be above --temperature, not " + hottest);
  }

  /**
   * What Langevin dynamics is told; its step size is every sampler's.
   *
   * @throws IllegalArgumentException naming the option
   */
  Langevin langevin(String sampler, float temperature) {
    float size = stepSize == null ? SAMPLERS.get(sampler) : stepSize;
    require(size > 0 && Float.isFinite(size), "--step-size must be positive, not " + size);
    require(
        temperature >= 0 && Float.isFinite(temperature),
        "--temperature must be at least 0, not " + temperature);
    require(
        noiseScale == null || noiseScale >= 0 && Float.isFinite(noiseScale),
        "--noise-scale must be at least 0, not " + noiseScale);
    require(clip == null || clip > 0, "--clip must be positive, not " + clip);
    require(
        box == null || box.length == 2 && box[0] < box[1],
        "--box must be LO,HI with LO below HI, not " + Arrays.toString(box));
    Langevin langevin = Langevin.steps(1).stepSize(size).temperature(temperature);
    langevin = noiseScale == null ? langevin : langevin.noiseScale(noiseScale);
    langevin = clip == null ? langevin : langevin.clip(clip);
    return box == null ? langevin : langevin.box(box[0], box[1]);
  }

  /** Rows that a session needs for so many chains. */
  int rows(String sampler, int chains, int levels) {
    long rows = sampler.equals("pt") ? (long) chains * levels : chains;
    require(rows <= Integer.MAX_VALUE, "--chains and --levels are too many together");
    return (int) rows;
  }

  /**
   * Chains at their start.
   *
   * @param levels temperatures of pt
   * @param rule step size, temperature and, for Langevin dynamics, noise, clip and box
   */
  MlpChains begin(
      String sampler,
      MlpSession session,
      float[] x,
      int chains,
      int levels,
      Langevin rule,
      SamplerSettings settings) {
    boolean adapt = stepSize == null;
    float size = rule.stepSize();
    float temperature = settings.temperatures()[0];
    return switch (sampler) {
      case "langevin" -> new LangevinMoves(session, x, chains, rule, null, settings.seed());
      case "annealed" ->
          new LangevinMoves(
              session,
              x,
              chains,
              rule,
              new AnnealedLangevin(rule, hottest, temperature, ANNEALING_STAGES),
              settings.seed());
      case "mala" -> moves(new Mala(session, x, chains, size, settings), adapt);
      case "hmc" -> moves(new Hmc(session, x, chains, size, leapfrog, Hmc.JITTER, settings), adapt);
      case "mh" -> moves(new MetropolisHastings(session, x, chains, size, settings), adapt);
      case "pt" -> {
        float[] ladder = SamplerSettings.ladder(temperature, hottest, levels);
        Workers workers = settings.workers();
        SamplerSettings tempered = new SamplerSettings(ladder, settings.seed(), workers);
        yield moves(new Mala(session, x, chains, size, tempered), adapt);
      }
      case "underdamped" ->
          moves(new UnderdampedLangevin(session, x, chains, size, friction, settings), false);
      default -> moves(new Svgd(session, x, chains, size, settings), false);
    };
  }

  private static MlpChains moves(Sampler sampler, boolean adapt) {
    return new SamplerMoves(sampler, adapt);
  }

  /** {@code --step-size}, or null. */
  Float givenStepSize() {
    return stepSize;
  }
}
