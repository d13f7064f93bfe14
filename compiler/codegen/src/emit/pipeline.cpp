// The passes from a module to an object, put together once: for a short module that takes longer than to run them. Only C++ can keep them.

#include "llvm/ADT/SmallVector.h"
#include "llvm/CodeGen/TargetPassConfig.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm-c/TargetMachine.h"

#if LLVM_VERSION_MAJOR != 22
#error "the C++ interface of LLVM moves with every release: check this file against the new headers"
#endif

using namespace llvm;

namespace {
struct Pipeline {
  SmallVector<char, 0> Object;
  raw_svector_ostream Stream{Object};
  legacy::PassManager Passes;
};
} // namespace

extern "C" {

// Null if the target writes no objects. The machine has to live longer.
Pipeline *sumi_pipeline_create(LLVMTargetMachineRef Machine) {
  auto Made = std::make_unique<Pipeline>();
  auto &Target = *reinterpret_cast<TargetMachine *>(Machine);
  // No function begins right behind a call that never returns: whoever searches a stack tells functions from return addresses by that.
  Target.Options.TrapUnreachable = true;
  Target.Options.NoTrapAfterNoreturn = false;
  MCContext *Context = nullptr;
  if (Target.addPassesToEmitMC(Made->Passes, Context, Made->Stream))
    return nullptr;
  return Made.release();
}

// The object stays until the next one is made.
const char *sumi_pipeline_run(Pipeline *Made, LLVMModuleRef Module, size_t *Size) {
  Made->Object.clear();
  Made->Passes.run(*unwrap(Module));
  *Size = Made->Object.size();
  return Made->Object.data();
}

void sumi_pipeline_dispose(Pipeline *Made) { delete Made; }

} // extern "C"
