/** Densities with known answers, in closed form: what samplers are tested on and compared with. */
package io.gibbsite.target;
