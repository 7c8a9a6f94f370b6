/** Checks of a backend on the machine it runs on: parity, known answers, determinism. */
package io.gibbsite.cli.selftest;
