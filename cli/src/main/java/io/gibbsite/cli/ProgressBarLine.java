package io.gibbsite.cli;

import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** A progress bar on the terminal of standard error; apart, so that its library loads only then. */
final class ProgressBarLine implements Progress {
  private final ProgressBar bar;

  ProgressBarLine(String task, long total) {
    bar =
        new ProgressBarBuilder()
            .setTaskName(task)
            .setInitialMax(total)
            .setStyle(ProgressBarStyle.ASCII)
            .setUpdateIntervalMillis(200)
            .build();
  }

  @Override
  public void at(long done, String note) {
    bar.stepTo(done);
    bar.setExtraMessage(note.isEmpty() ? "" : " " + note);
  }

  @Override
  public void close() {
    bar.close();
  }
}
