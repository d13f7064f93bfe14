// What LLVM tells of its passes, and what is left in the code that they made. Its C interface gives neither remarks by their names nor loops.

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Analysis/LoopInfo.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/IR/CFG.h"
#include "llvm/IR/DebugInfoMetadata.h"
#include "llvm/IR/DiagnosticHandler.h"
#include "llvm/IR/DiagnosticInfo.h"
#include "llvm/IR/Dominators.h"
#include "llvm/IR/InstrTypes.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"

#if LLVM_VERSION_MAJOR != 22
#error "the C++ interface of LLVM moves with every release: check this file against the new headers"
#endif

using namespace llvm;

namespace {

/// As in `explain.rs`.
struct Text {
  const char *Bytes;
  size_t Size;

  Text(StringRef From) : Bytes(From.data()), Size(From.size()) {}
  Text(const char *From) : Text(StringRef(From)) {}
};

struct Frame {
  Text File;
  Text Function;
  uint32_t Line;
  uint32_t Column;
};

struct Frames {
  const Frame *Innermost;
  size_t Count;
};

enum What : uint32_t { Call, Done, Missed, Why };

/// Why the check of an index is not out of its loop.
enum Cause : uint32_t { Unknown, IndexFromMemory, LengthReadAnew };

struct Found {
  What Is;
  /// Of a call, what is called; of a remark, its name.
  Text Name;
  /// Of a remark.
  Text Words;
  /// Of a call, the first argument if it is a number.
  uint32_t Number;
  /// Of a call that ends the run: its third and fourth arguments are index and length, where it is about these.
  Cause Stays;
  Frames At;
  /// The loop around it, if there is one: of a remark, the one that it is about.
  Frames Loop;
  bool IsInRest;
};

using Tell = void(void *To, const Found *It);

using Chain = SmallVector<Frame, 8>;

Chain chainOf(const DILocation *Location) {
  Chain Found;
  for (; Location; Location = Location->getInlinedAt()) {
    const DISubprogram *Function = Location->getScope()->getSubprogram();
    Found.push_back({Location->getFilename(), Function ? Function->getName() : StringRef(), Location->getLine(), Location->getColumn()});
  }
  return Found;
}

/// How many functions, from the outermost of those that were inlined into each other, two places are both in.
size_t sharedDepth(ArrayRef<const DILocation *> One, ArrayRef<const DILocation *> Other) {
  size_t Depth = 0;
  auto FunctionOf = [](const DILocation *Location) { return std::make_pair(Location->getScope()->getSubprogram(), Location->getInlinedAt()); };
  while (Depth < One.size() && Depth < Other.size() && FunctionOf(One[One.size() - 1 - Depth]) == FunctionOf(Other[Other.size() - 1 - Depth]))
    ++Depth;
  return Depth;
}

SmallVector<const DILocation *, 8> locationsOf(const DILocation *Innermost) {
  SmallVector<const DILocation *, 8> Found;
  for (; Innermost; Innermost = Innermost->getInlinedAt())
    Found.push_back(Innermost);
  return Found;
}

/// Where it begins, in the function that it was written in: what it begins with may be inlined code. Nothing if there is no loop; a frame without a
/// line if its place is not known.
Chain chainOf(const Loop *Around) {
  Chain Found;
  if (!Around)
    return Found;
  auto Start = locationsOf(Around->getStartLoc());
  size_t Depth = Start.size();
  for (const BasicBlock *Block : Around->blocks())
    for (const Instruction &Each : *Block)
      if (const DILocation *Location = Each.getDebugLoc())
        Depth = std::min(Depth, sharedDepth(Start, locationsOf(Location)));
  if (Depth == 0)
    Found.push_back({"", "", 0, 0});
  else
    Found = chainOf(Start[Start.size() - Depth]);
  return Found;
}

Frames framesOf(const Chain &Chain) { return {Chain.data(), Chain.size()}; }

bool isAt(const DILocation *Location, const DiagnosticLocation &Wanted) {
  return Location && Location->getLine() == Wanted.getLine() && Location->getColumn() == Wanted.getColumn() &&
         Location->getFilename() == Wanted.getRelativePath();
}

/// A remark has the innermost place alone; into what that was inlined is told by the code itself.
const DILocation *placeOf(const DiagnosticInfoIROptimization &Remark) {
  DiagnosticLocation Wanted = Remark.getLocation();
  if (!Wanted.isValid())
    return nullptr;
  SmallVector<const BasicBlock *, 8> Blocks;
  if (const BasicBlock *Header = Remark.getCodeRegion()) {
    Blocks.push_back(Header);
    append_range(Blocks, predecessors(Header));
  }
  for (const BasicBlock &Each : Remark.getFunction())
    Blocks.push_back(&Each);
  for (const BasicBlock *Block : Blocks)
    for (const Instruction &Each : *Block)
      if (isAt(Each.getDebugLoc(), Wanted))
        return Each.getDebugLoc();
  return nullptr;
}

/// The loop in which it is decided whether a block runs; what ends the run is in no loop itself.
const Loop *loopOf(const BasicBlock *Block, const LoopInfo &Loops) {
  SmallPtrSet<const BasicBlock *, 8> Seen;
  SmallVector<const BasicBlock *, 8> Pending{Block};
  const Loop *Deepest = nullptr;
  bool NeverComesBack = isa<UnreachableInst>(Block->getTerminator());
  while (!Pending.empty()) {
    const BasicBlock *Each = Pending.pop_back_val();
    if (!Seen.insert(Each).second)
      continue;
    const Loop *Around = Loops.getLoopFor(Each);
    if (Around && (!Deepest || Around->getLoopDepth() > Deepest->getLoopDepth()))
      Deepest = Around;
    // As far as nothing else can happen.
    if (!Around && NeverComesBack && (Each == Block || Each->getSingleSuccessor()))
      append_range(Pending, predecessors(Each));
  }
  return Deepest;
}

/// Whether it only has the rounds before and after the main part of a loop, in which no index can be out of bounds, or that are too few for a vector:
/// LLVM marks such loops to leave them as they are.
bool isRest(const Loop *Inner) {
  for (; Inner; Inner = Inner->getParentLoop()) {
    const MDNode *Hints = Inner->getLoopID();
    for (unsigned At = 1; Hints && At < Hints->getNumOperands(); ++At) {
      const auto *Hint = dyn_cast<MDNode>(Hints->getOperand(At));
      const auto *Name = Hint && Hint->getNumOperands() ? dyn_cast<MDString>(Hint->getOperand(0)) : nullptr;
      if (Name && is_contained({"llvm.loop.licm_versioning.disable", "llvm.loop.isvectorized"}, Name->getString()))
        return true;
    }
  }
  return false;
}

/// Whether a number is read from memory in the loop, seen through arithmetic and what LLVM puts between a loop and what comes after it.
bool isReadIn(const Loop *Around, const Value *Number, unsigned Depth = 0) {
  const auto *Made = dyn_cast<Instruction>(Number);
  if (!Made || Depth > 8)
    return false;
  if (isa<LoadInst>(Made))
    return Around->contains(Made);
  const auto *Merged = dyn_cast<PHINode>(Made);
  bool IsSeenThrough = Merged ? Merged->getNumIncomingValues() == 1 : isa<BinaryOperator, CastInst>(Made);
  return IsSeenThrough && any_of(Made->operands(), [&](const Value *Operand) { return isReadIn(Around, Operand, Depth + 1); });
}

Cause whyItStays(const CallBase &Trap, const Loop *Around) {
  if (!Around || Trap.arg_size() != 4)
    return Unknown;
  if (isReadIn(Around, Trap.getArgOperand(2)))
    return IndexFromMemory;
  return isReadIn(Around, Trap.getArgOperand(3)) ? LengthReadAnew : Unknown;
}

/// Hears what the passes say that are of interest.
struct Listener : DiagnosticHandler {
  void *To;
  Tell *Told;

  Listener(void *To, Tell *Told) : To(To), Told(Told) {}

  static bool isOfInterest(StringRef Pass) { return Pass == "loop-vectorize" || Pass == "loop-unroll" || Pass == "loop-idiom"; }

  bool isAnalysisRemarkEnabled(StringRef Pass) const override { return isOfInterest(Pass); }
  bool isMissedOptRemarkEnabled(StringRef Pass) const override { return isOfInterest(Pass); }
  bool isPassedOptRemarkEnabled(StringRef Pass) const override { return isOfInterest(Pass); }
  bool isAnyRemarkEnabled() const override { return true; }

  bool handleDiagnostics(const DiagnosticInfo &Info) override {
    const auto *Remark = dyn_cast<DiagnosticInfoIROptimization>(&Info);
    if (!Remark)
      return false;
    if (!isOfInterest(Remark->getPassName()))
      return true;
    const Function &Code = Remark->getFunction();
    DominatorTree Tree(const_cast<Function &>(Code));
    LoopInfo Loops(Tree);
    const BasicBlock *Region = Remark->getCodeRegion();
    const Loop *About = Region ? Loops.getLoopFor(Region) : nullptr;
    Chain At = chainOf(placeOf(*Remark)), Of = chainOf(About);
    std::string Words = Remark->getMsg();
    What Is = Remark->isPassed() ? Done : Remark->isMissed() ? Missed : Why;
    Found It{Is, Remark->getRemarkName(), StringRef(Words), 0, Unknown, framesOf(At), framesOf(Of), isRest(About)};
    Told(To, &It);
    return true;
  }
};

} // namespace

extern "C" {

// From now on the passes over what is in this context tell what they do.
void sumi_explain_listen(LLVMContextRef Context, void *To, Tell *Told) {
  unwrap(Context)->setDiagnosticHandler(std::make_unique<Listener>(To, Told));
}

// Tells of all calls of functions that are defined elsewhere.
void sumi_explain_calls(LLVMModuleRef Module, void *To, Tell *Told) {
  for (Function &Function : *unwrap(Module)) {
    if (Function.isDeclaration())
      continue;
    DominatorTree Tree(Function);
    LoopInfo Loops(Tree);
    DenseMap<const Loop *, Chain> Places;
    for (const BasicBlock &Block : Function) {
      for (const Instruction &Each : Block) {
        const auto *Made = dyn_cast<CallBase>(&Each);
        const auto *Callee = Made ? Made->getCalledFunction() : nullptr;
        if (!Callee || !Callee->isDeclaration() || Callee->isIntrinsic())
          continue;
        const Loop *Around = loopOf(&Block, Loops);
        auto [Of, IsNew] = Places.try_emplace(Around);
        if (IsNew)
          Of->second = chainOf(Around);
        Chain At = chainOf(Made->getDebugLoc());
        const Value *First = Made->arg_empty() ? nullptr : Made->getArgOperand(0);
        const auto *Number = dyn_cast_or_null<ConstantInt>(First);
        uint32_t Argument = Number ? uint32_t(Number->getZExtValue()) : 0;
        Found It{Call, Callee->getName(), "", Argument, whyItStays(*Made, Around), framesOf(At), framesOf(Of->second), isRest(Around)};
        Told(To, &It);
      }
    }
  }
}

} // extern "C"
