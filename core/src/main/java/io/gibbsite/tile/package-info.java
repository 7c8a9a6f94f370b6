/** The layout of the vector backend for rows of floats, and the products that work on it. */
package io.gibbsite.tile;
