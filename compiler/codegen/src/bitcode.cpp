// LLVM's code of a host: read, made ready to stand among the code of scripts, and copied into their modules. LLVM's C interface can neither link what is
// needed alone nor take metadata out of a module.

#include "llvm/ADT/SmallString.h"
#include "llvm/Bitcode/BitcodeReader.h"
#include "llvm/Bitcode/BitcodeWriter.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/IR/DebugInfo.h"
#include "llvm/IR/DiagnosticInfo.h"
#include "llvm/IR/DiagnosticPrinter.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/Verifier.h"
#include "llvm/IRReader/IRReader.h"
#include "llvm/Linker/Linker.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/TargetParser/Triple.h"
#include "llvm/Transforms/Utils/Cloning.h"
#include "llvm-c/TargetMachine.h"

#if LLVM_VERSION_MAJOR != 22
#error "the C++ interface of LLVM moves with every release: check this file against the new headers"
#endif

using namespace llvm;

namespace {

/// As in `bitcode.rs`.
enum What : uint32_t { Wrong, Declared, Ready, Copies };

/// Takes bytes over to Rust.
struct Reader {
  void *To;
  void (*Told)(void *To, What Is, const char *Bytes, size_t Size);

  void tell(What Is, StringRef Text) const { Told(To, Is, Text.data(), Text.size()); }

  void tell(What Is, const Module &Code) const {
    SmallString<0> Bytes;
    raw_svector_ostream Stream(Bytes);
    WriteBitcodeToFile(Code, Stream);
    tell(Is, Bytes);
  }
};

template <typename T> std::string printed(const T &Printable) {
  std::string Text;
  raw_string_ostream Stream(Text);
  Printable.print(Stream);
  return Text;
}

/// What every x86-64 has, as clang writes it into each function.
bool isBaseline(const Function &Code) {
  StringRef Processor = Code.getFnAttribute("target-cpu").getValueAsString();
  SmallVector<StringRef, 8> Features;
  Code.getFnAttribute("target-features").getValueAsString().split(Features, ',', -1, false);
  return (Processor.empty() || Processor == "x86-64") && all_of(Features, [](StringRef Feature) {
           return is_contained({"+cx8", "+cmov", "+fxsr", "+mmx", "+sse", "+sse2", "+x87", "+64bit"}, Feature);
         });
}

/// Why it cannot stand among the code of scripts.
std::string unfit(const Module &Code) {
  if (!Code.getModuleInlineAsm().empty())
    return "it has assembly outside of functions";
  if (!Code.ifunc_empty())
    return ("`" + Code.ifunc_begin()->getName() + "` is chosen when it is loaded (`ifunc`)").str();
  for (const GlobalAlias &Alias : Code.aliases())
    if (!isa<Function>(Alias.getAliasee()))
      return ("`" + Alias.getName() + "` is an alias of what is no function").str();
  for (StringRef Name : {"llvm.global_ctors", "llvm.global_dtors"})
    if (Code.getNamedGlobal(Name))
      return "it has code that runs when it is loaded (constructors of C++)";
  for (const GlobalVariable &Variable : Code.globals())
    if (Variable.isThreadLocal())
      return ("`" + Variable.getName() + "` is a variable of each thread").str();
  for (const Function &Each : Code)
    if (Each.hasPersonalityFn())
      return ("`" + Each.getName() +
              "` may be unwound: compile with `-fno-exceptions` (C++) or `-C panic=abort` (Rust)")
          .str();
  return "";
}

/// Functions that are the same under two names, as rustc leaves them, become two.
void resolveAliases(Module &Code) {
  for (GlobalAlias &Alias : make_early_inc_range(Code.aliases())) {
    ValueToValueMapTy Map;
    Function *Copy = CloneFunction(cast<Function>(Alias.getAliasee()), Map);
    Copy->setLinkage(Alias.getLinkage());
    Copy->takeName(&Alias);
    Alias.replaceAllUsesWith(Copy);
    Alias.eraseFromParent();
  }
}

/// The functions by their names, and how LLVM types them: name, result, parameters, a line each.
void tellFunctions(const Module &Code, const Reader &Told) {
  for (const Function &Each : Code) {
    if (Each.isDeclaration() || Each.hasLocalLinkage())
      continue;
    std::string Text = Each.getName().str();
    Text += "\n" + printed(*Each.getReturnType());
    for (const Argument &Argument : Each.args())
      Text += "\n" + printed(*Argument.getType());
    if (Each.isVarArg())
      Text += "\n...";
    if (Each.getCallingConv() != CallingConv::C)
      Text += "\nanother calling convention than C's";
    Told.tell(Declared, Text);
  }
}

void makeReady(Module &Code, StringRef Prefix) {
  StripDebugInfo(Code);
  // What the host's compiler was told of the whole module says nothing about the modules into which it is copied.
  while (!Code.named_metadata_empty())
    Code.eraseNamedMetadata(&*Code.named_metadata_begin());
  for (StringRef Name : {"llvm.used", "llvm.compiler.used"})
    if (GlobalVariable *List = Code.getNamedGlobal(Name))
      List->eraseFromParent();
  for (Function &Each : Code)
    if (Each.hasAvailableExternallyLinkage())
      Each.deleteBody();
  // Copies of one function refer to the same variables and helpers as all others do, wherever they are, so nothing stays private.
  for (GlobalValue &Each : Code.global_values()) {
    if (Each.isDeclaration())
      continue;
    Each.setName(Prefix + Each.getName());
    Each.setVisibility(GlobalValue::DefaultVisibility);
    Each.setLinkage(GlobalValue::ExternalLinkage);
    Each.setDSOLocal(false);
    if (auto *Object = dyn_cast<GlobalObject>(&Each))
      Object->setComdat(nullptr);
    if (auto *Function = dyn_cast<llvm::Function>(&Each)) {
      // As all generated code: stacks are walked by frame pointers, and end at a guard page.
      Function->addFnAttr("frame-pointer", "all");
      Function->addFnAttr("probe-stack", "inline-asm");
      // For the same machine as scripts, or a copy might round otherwise than the function itself.
      Function->removeFnAttr("tune-cpu");
      if (isBaseline(*Function)) {
        Function->removeFnAttr("target-cpu");
        Function->removeFnAttr("target-features");
      }
    }
  }
}

/// From definitions to what may be copied where it is used, and is defined elsewhere.
void makeCopies(Module &Code) {
  for (Function &Each : Code)
    if (!Each.isDeclaration())
      Each.setLinkage(GlobalValue::AvailableExternallyLinkage);
  for (GlobalVariable &Each : Code.globals()) {
    if (Each.isDeclaration())
      continue;
    if (Each.isConstant())
      Each.setLinkage(GlobalValue::AvailableExternallyLinkage);
    else
      Each.setInitializer(nullptr);
  }
}

} // namespace

extern "C" {

// Reads bitcode, or LLVM's text. Tells why it cannot be used, or its functions, itself and its copies.
void sumi_bitcode_read(const char *Bytes, size_t Size, const char *Prefix, size_t PrefixSize, LLVMTargetMachineRef Machine,
                       void *To, void (*TellRust)(void *, What, const char *, size_t)) {
  Reader Told{To, TellRust};
  auto &Target = *reinterpret_cast<TargetMachine *>(Machine);
  LLVMContext Context;
  std::string Said;
  // LLVM's own handler ends the process after an error.
  Context.setDiagnosticHandlerCallBack(
      [](const DiagnosticInfo *Info, void *Said) {
        if (Info->getSeverity() != DS_Error)
          return;
        raw_string_ostream Stream(*static_cast<std::string *>(Said));
        DiagnosticPrinterRawOStream Printer(Stream);
        Info->print(Printer);
      },
      &Said);
  SMDiagnostic Mistake;
  auto Buffer = MemoryBuffer::getMemBufferCopy(StringRef(Bytes, Size), "bitcode");
  auto Code = parseIR(*Buffer, Mistake, Context);
  if (!Code || !Said.empty())
    return Told.tell(Wrong, !Said.empty() ? Said : Mistake.getMessage().str());
  Triple Given = Code->getTargetTriple(), Wanted = Target.getTargetTriple();
  bool IsOther = Given.getArch() != Wanted.getArch() || Given.getOS() != Wanted.getOS();
  if (!Given.str().empty() && IsOther)
    return Told.tell(Wrong, "it is for " + Given.str() + ", and not for " + Wanted.str());
  DataLayout Data = Target.createDataLayout();
  if (!Code->getDataLayoutStr().empty() && Code->getDataLayout() != Data)
    return Told.tell(Wrong, "its data layout is " + Code->getDataLayoutStr() + ", and not " + Data.getStringRepresentation());
  Code->setTargetTriple(Wanted);
  Code->setDataLayout(Data);
  raw_string_ostream Stream(Said);
  if (verifyModule(*Code, &Stream))
    return Told.tell(Wrong, Said);
  if (std::string Why = unfit(*Code); !Why.empty())
    return Told.tell(Wrong, Why);
  resolveAliases(*Code);
  tellFunctions(*Code, Told);
  makeReady(*Code, StringRef(Prefix, PrefixSize));
  Told.tell(Ready, *Code);
  makeCopies(*Code);
  Told.tell(Copies, *Code);
}

// Copies what a module uses, and what that uses. False if it could not be read.
bool sumi_bitcode_link(LLVMModuleRef Into, const char *Bytes, size_t Size) {
  Module &To = *unwrap(Into);
  auto From = getLazyBitcodeModule(MemoryBufferRef(StringRef(Bytes, Size), "bitcode"), To.getContext());
  if (!From) {
    consumeError(From.takeError());
    return false;
  }
  return !Linker::linkModules(To, std::move(*From), Linker::LinkOnlyNeeded);
}

} // extern "C"
