/**
 * What all trainings share: the order of the data, learning rates and optimisers, checkpoints and
 * the record of a run. The trainers of each model are in the package of its name beneath.
 */
package io.gibbsite.train;
