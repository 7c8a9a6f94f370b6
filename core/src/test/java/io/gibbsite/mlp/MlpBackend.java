package io.gibbsite.mlp;

import io.gibbsite.backend.Backend;

/** The backend whose sessions a contract is about. */
interface MlpBackend {
  /** The backend under test, with that many threads. */
  Backend backend(int threads);
}
