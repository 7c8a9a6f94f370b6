/** The {@code gibbsite} command: one class a subcommand, over the public interfaces of the core. */
package io.gibbsite.cli;
