// Gibbs sweeps, many a launch: steps G1 to G5 of io.gibbsite.rbm.Rbm for both halves.
//
// A persistent grid, launched cooperatively so that all blocks are there at once. The tiles of all
// half-steps stand in one sequence, and block b takes numbers b, b + blocks, ... A tile needs all
// tiles of the half-step before in its own rows alone; done[r] counts them. No wait can last, since
// the first tile that is not done has all it needs. So there is no barrier of the whole grid, and
// rows that are ahead fill the end of a half-step.
#include "rbm_half_step.cuh"

struct RbmGibbs {
  HalfStep hidden, visible;
  unsigned* done;  // [row tiles], 0 before
  uint64_t seed, sweep;
  int rows, sweeps;
  float beta;
  int unused;
};

template <int WM, int MT, int WN, int NT>
__device__ __forceinline__ void gibbs(const RbmGibbs& args, unsigned char* memory) {
  using Tile = GibbsTile<WM, MT, WN, NT>;
  int rowTiles = (args.rows + Tile::ROWS - 1) / Tile::ROWS;
  int hiddenTiles = (args.hidden.units + Tile::UNITS - 1) / Tile::UNITS;
  int visibleTiles = (args.visible.units + Tile::UNITS - 1) / Tile::UNITS;
  int64_t tilesASweep = (int64_t)rowTiles * (hiddenTiles + visibleTiles);
  for (int64_t tile = blockIdx.x; tile < tilesASweep * args.sweeps; tile += gridDim.x) {
    int sweep = (int)(tile / tilesASweep);
    int inSweep = (int)(tile % tilesASweep);
    bool visible = inSweep >= rowTiles * hiddenTiles;
    int inHalf = visible ? inSweep - rowTiles * hiddenTiles : inSweep;
    int row = inHalf % rowTiles;
    unsigned before =
        (unsigned)(sweep * (hiddenTiles + visibleTiles) + (visible ? hiddenTiles : 0));
    auto ready = [&] {
      if (threadIdx.x == 0) {
        while (load_acquire(args.done + row) < before) {
          pause_spin();
        }
      }
      __syncthreads();
    };
    half_step<WM, MT, WN, NT>(visible ? args.visible : args.hidden, args.rows, 0, row,
                              inHalf / rowTiles, args.beta, args.seed,
                              args.sweep + (uint64_t)sweep, memory, ready);
    __threadfence();
    __syncthreads();
    if (threadIdx.x == 0) {
      atomicAdd(args.done + row, 1u);
    }
  }
}

KERNEL(rbm_gibbs_16x64, RbmGibbs, 128, 3) {
  DYNAMIC_SHARED(memory);
  gibbs<1, 1, 4, 1>(args, memory);
}

KERNEL(rbm_gibbs_64x64, RbmGibbs, 128, 3) {
  DYNAMIC_SHARED(memory);
  gibbs<1, 4, 4, 1>(args, memory);
}

KERNEL(rbm_gibbs_128x64, RbmGibbs, 128, 2) {
  DYNAMIC_SHARED(memory);
  gibbs<2, 4, 2, 2>(args, memory);
}

KERNEL(rbm_gibbs_128x128, RbmGibbs, 256, 1) {
  DYNAMIC_SHARED(memory);
  gibbs<2, 4, 4, 2>(args, memory);
}

// One half-step with any of its results: probabilities, activations, states.
struct RbmConditional {
  HalfStep half;
  uint64_t seed, sweep;
  int rows, firstRow;
  float beta;
  int unused;
};

template <int WM, int MT, int WN, int NT>
__device__ __forceinline__ void conditional(const RbmConditional& args, unsigned char* memory) {
  half_step<WM, MT, WN, NT>(args.half, args.rows, args.firstRow, (int)blockIdx.x,
                            (int)blockIdx.y, args.beta, args.seed, args.sweep, memory, [] {});
}

KERNEL(rbm_conditional_16x64, RbmConditional, 128, 3) {
  DYNAMIC_SHARED(memory);
  conditional<1, 1, 4, 1>(args, memory);
}

KERNEL(rbm_conditional_64x64, RbmConditional, 128, 3) {
  DYNAMIC_SHARED(memory);
  conditional<1, 4, 4, 1>(args, memory);
}

KERNEL(rbm_conditional_128x64, RbmConditional, 128, 2) {
  DYNAMIC_SHARED(memory);
  conditional<2, 4, 2, 2>(args, memory);
}

KERNEL(rbm_conditional_128x128, RbmConditional, 256, 1) {
  DYNAMIC_SHARED(memory);
  conditional<2, 4, 4, 2>(args, memory);
}
