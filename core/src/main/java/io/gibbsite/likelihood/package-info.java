/**
 * What a model of real rows is worth: {@code log Z} by importance sampling, by annealing and by
 * integration, and the likelihood of held-out rows.
 */
package io.gibbsite.likelihood;
