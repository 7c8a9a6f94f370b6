/**
 * Workloads, their timing beside the machine's own limits, and JMH benchmarks of the same bodies.
 */
package io.gibbsite.bench;
