package io.gibbsite.nativecpu;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;

/** The functions of one ISA in the library, {@code gibbsite_<isa>_<name>}. */
@SuppressWarnings("restricted")
final class Functions {
  private final SymbolLookup library;
  private final String prefix;

  Functions(SymbolLookup library, Isa isa) {
    this.library = library;
    prefix = "gibbsite_" + isa.label() + "_";
  }

  /** A function that may take any time; {@code result} is null for one that returns nothing. */
  MethodHandle of(String name, MemoryLayout result, MemoryLayout... arguments) {
    return handle(name, result, arguments);
  }

  /**
   * A function that takes heap arrays without a copy. It holds off the garbage collector, so it
   * must return within milliseconds.
   */
  MethodHandle onHeap(String name, MemoryLayout result, MemoryLayout... arguments) {
    return handle(name, result, arguments, Linker.Option.critical(true));
  }

  private MethodHandle handle(
      String name, MemoryLayout result, MemoryLayout[] arguments, Linker.Option... options) {
    FunctionDescriptor type =
        result == null
            ? FunctionDescriptor.ofVoid(arguments)
            : FunctionDescriptor.of(result, arguments);
    return Linker.nativeLinker().downcallHandle(library.findOrThrow(prefix + name), type, options);
  }
}
