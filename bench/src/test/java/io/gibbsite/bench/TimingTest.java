package io.gibbsite.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class TimingTest {
  @Test
  void slowFirstCallsDoNotCount() {
    int[] calls = new int[1];
    double median = median(new Timing(5, 0.1, 50), () -> waitMillis(calls[0]++ < 20 ? 50 : 2));
    assertThat(median).isBetween(0.002, 0.030);
  }

  @Test
  void aSlowCallIsMeasuredAFewTimesOnly() {
    int[] calls = new int[1];
    double median = median(new Timing(0, 0, 50), () -> waitMillis(5 + calls[0]++));
    assertThat(calls[0]).isEqualTo(3);
    assertThat(median).isGreaterThan(0.006);
  }

  private static double median(Timing timing, Runnable call) {
    timing.warmUp(call);
    return Samples.of(timing.times(call, 1)).median();
  }

  private static void waitMillis(int millis) {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    while (System.nanoTime() < end) {
      LockSupport.parkNanos(end - System.nanoTime());
    }
  }
}
