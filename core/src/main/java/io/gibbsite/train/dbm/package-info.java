/**
 * Training of deep Boltzmann machines: layer by layer as restricted ones, then all layers together.
 */
package io.gibbsite.train.dbm;
