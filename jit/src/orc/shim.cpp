// What ORC's C API lacks, with C names: a session without platform and process symbols on our own memory, link order,
// and the removal of a dylib. Everything else goes through llvm-sys.

#include "memory.hpp"

#include "llvm-c/LLJIT.h"
#include "llvm-c/Orc.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/ExecutionEngine/Orc/CompileUtils.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/ExecutionEngine/Orc/ObjectLinkingLayer.h"
#include "llvm/Support/CBindingWrapping.h"
#include "llvm/TargetParser/Host.h"

#if LLVM_VERSION_MAJOR != 22
#error "the C++ interface of ORC moves with every release: check this file against the new headers"
#endif

using namespace llvm;
using namespace llvm::orc;

DEFINE_SIMPLE_CONVERSION_FUNCTIONS(LLJIT, LLVMOrcLLJITRef)
DEFINE_SIMPLE_CONVERSION_FUNCTIONS(JITDylib, LLVMOrcJITDylibRef)
DEFINE_SIMPLE_CONVERSION_FUNCTIONS(ExecutionSession, LLVMOrcExecutionSessionRef)

static Expected<std::unique_ptr<LLJIT>> createSession(sumi::PackedMemory *&Memory) {
  JITTargetMachineBuilder Target((Triple(sys::getProcessTriple())));
  Target.setRelocationModel(Reloc::PIC_);
  Target.setCodeModel(CodeModel::Small);
  return LLJITBuilder()
      .setJITTargetMachineBuilder(std::move(Target))
      .setLinkProcessSymbolsByDefault(false)
      .setPlatformSetUp(setUpInactivePlatform)
      // Makes a target machine for each module; units arrive as objects, so that mostly none is made.
      .setCompileFunctionCreator(
          [](JITTargetMachineBuilder Builder) -> Expected<std::unique_ptr<IRCompileLayer::IRCompiler>> {
            return std::make_unique<ConcurrentIRCompiler>(std::move(Builder));
          })
      .setObjectLinkingLayerCreator([&Memory](ExecutionSession &Session) -> Expected<std::unique_ptr<ObjectLayer>> {
        auto Made = sumi::PackedMemory::create();
        if (!Made)
          return Made.takeError();
        Memory = Made->get();
        return std::make_unique<ObjectLinkingLayer>(Session, std::move(*Made));
      })
      .create();
}

extern "C" {

LLVMErrorRef sumi_orc_create_session(LLVMOrcLLJITRef *Created, void **Made, const void **TextBegin,
                                     uint64_t *TextSize) {
  sumi::PackedMemory *Memory = nullptr;
  auto Session = createSession(Memory);
  if (!Session)
    return wrap(Session.takeError());
  *Made = Memory;
  *TextBegin = Memory->textBegin();
  *TextSize = Memory->textSize();
  *Created = wrap(Session->release());
  return LLVMErrorSuccess;
}

LLVMOrcJITDylibRef sumi_orc_owner_of(void *Memory, const void *Address) {
  auto *Owner = static_cast<sumi::PackedMemory *>(Memory)->ownerOf(static_cast<const char *>(Address));
  return wrap(static_cast<JITDylib *>(const_cast<jitlink::JITLinkDylib *>(Owner)));
}

void sumi_orc_add_to_link_order(LLVMOrcJITDylibRef Dylib, LLVMOrcJITDylibRef Next) {
  unwrap(Dylib)->addToLinkOrder(*unwrap(Next));
}

void sumi_orc_remove_from_link_order(LLVMOrcJITDylibRef Dylib, LLVMOrcJITDylibRef Gone) {
  unwrap(Dylib)->removeFromLinkOrder(*unwrap(Gone));
}

LLVMErrorRef sumi_orc_remove_dylib(LLVMOrcExecutionSessionRef Session, LLVMOrcJITDylibRef Dylib) {
  return wrap(unwrap(Session)->removeJITDylib(*unwrap(Dylib)));
}
}
