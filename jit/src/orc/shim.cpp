// What ORC's C API lacks, with C names: our own memory, a session on it without platform and process symbols, link order,
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

static Expected<std::unique_ptr<LLJIT>> createSession(sumi::PackedMemory &Memory) {
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
        return std::make_unique<ObjectLinkingLayer>(Session, Memory);
      })
      .create();
}

extern "C" {

LLVMErrorRef sumi_orc_create_memory(void **Made, const void **TextBegin, uint64_t *TextSize) {
  auto Memory = sumi::PackedMemory::create();
  if (!Memory)
    return wrap(Memory.takeError());
  *TextBegin = (*Memory)->textBegin();
  *TextSize = (*Memory)->textSize();
  *Made = Memory->release();
  return LLVMErrorSuccess;
}

void sumi_orc_dispose_memory(void *Memory) { delete static_cast<sumi::PackedMemory *>(Memory); }

bool sumi_orc_take(void *Memory, bool IsText, uint64_t Size, uint64_t Alignment, char **Address, char **Working) {
  return static_cast<sumi::PackedMemory *>(Memory)->takeForGood(IsText, Size, Alignment, *Address, *Working);
}

// The memory outlives the session.
LLVMErrorRef sumi_orc_create_session(void *Memory, LLVMOrcLLJITRef *Created) {
  auto Session = createSession(*static_cast<sumi::PackedMemory *>(Memory));
  if (!Session)
    return wrap(Session.takeError());
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
