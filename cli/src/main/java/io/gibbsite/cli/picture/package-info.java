/**
 * Pictures of densities, samples and training curves, drawn without a display and written as PNG.
 */
package io.gibbsite.cli.picture;
