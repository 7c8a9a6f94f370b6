/** Contrastive storage in Hopfield networks as a training that can be stopped and taken up. */
package io.gibbsite.train.hopfield;
