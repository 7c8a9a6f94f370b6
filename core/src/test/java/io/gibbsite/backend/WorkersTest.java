package io.gibbsite.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;

class WorkersTest {
  @Test
  void everyUnitRunsOnceForAnyNumberOfThreads() {
    for (int threads : new int[] {1, 2, 5}) {
      try (Workers workers = new Workers(threads, "test")) {
        for (int units : new int[] {0, 1, 2, 3, 100, 10_000}) {
          AtomicIntegerArray runs = new AtomicIntegerArray(Math.max(1, units));
          workers.run(
              units,
              (unit, worker) -> {
                assertThat(worker).isBetween(0, threads - 1);
                runs.incrementAndGet(unit);
              });
          for (int unit = 0; unit < units; unit++) {
            assertThat(runs.get(unit)).isEqualTo(1);
          }
        }
      }
    }
  }

  @Test
  void manyShortRunsInARow() {
    try (Workers workers = new Workers(3, "test")) {
      AtomicInteger sum = new AtomicInteger();
      for (int i = 0; i < 20_000; i++) {
        workers.run(4, (unit, worker) -> sum.addAndGet(unit));
      }
      assertThat(sum).hasValue(20_000 * 6);
    }
  }

  @Test
  void callersSideBySideAndLoopsInsideLoopsAllFinish() throws InterruptedException {
    try (Workers workers = new Workers(2, "test")) {
      AtomicInteger sum = new AtomicInteger();
      Runnable caller =
          () -> {
            for (int i = 0; i < 500; i++) {
              workers.run(3, (unit, worker) -> workers.run(2, (inner, w) -> sum.incrementAndGet()));
            }
          };
      Thread[] callers = new Thread[4];
      for (int i = 0; i < callers.length; i++) {
        callers[i] = Thread.ofPlatform().start(caller);
      }
      for (Thread thread : callers) {
        thread.join();
      }
      assertThat(sum).hasValue(4 * 500 * 6);
    }
  }

  @Test
  void aFailureReachesTheCallerAndTheTeamGoesOn() {
    try (Workers workers = new Workers(2, "test")) {
      assertThatThrownBy(
              () ->
                  workers.run(
                      100,
                      (unit, worker) -> {
                        if (unit == 50) {
                          throw new ArithmeticException("unit 50");
                        }
                      }))
          .isInstanceOf(IllegalStateException.class)
          .hasRootCauseMessage("unit 50");
      AtomicInteger sum = new AtomicInteger();
      workers.run(10, (unit, worker) -> sum.incrementAndGet());
      assertThat(sum).hasValue(10);
    }
  }
}
