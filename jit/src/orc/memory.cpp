#include "memory.hpp"

#include "llvm/ExecutionEngine/Orc/Shared/AllocationActions.h"

#include <cerrno>
#include <cstring>
#include <sys/mman.h>
#include <unistd.h>

using namespace llvm;
using namespace llvm::jitlink;

namespace sumi {

static constexpr uint64_t DataSize = 1ull << 30;
static constexpr uint64_t TextSize = 512ull << 20;
// Every stretch begins on its own cache line, and no segment may ask for more than a page.
static constexpr uint64_t Grain = 64;
static constexpr uint64_t Page = 4096;
static constexpr uint64_t GiveBack = 64 * 1024;

bool FreeList::take(uint64_t Size, uint64_t &Offset) {
  for (auto It = Free.begin(); It != Free.end(); ++It) {
    if (It->second < Size)
      continue;
    Offset = It->first;
    uint64_t Rest = It->second - Size;
    Free.erase(It);
    if (Rest)
      Free.emplace(Offset + Size, Rest);
    return true;
  }
  return false;
}

void FreeList::give(uint64_t Offset, uint64_t Size) {
  auto Next = Free.lower_bound(Offset);
  if (Next != Free.end() && Offset + Size == Next->first) {
    Size += Next->second;
    Next = Free.erase(Next);
  }
  if (Next != Free.begin()) {
    auto Before = std::prev(Next);
    if (Before->first + Before->second == Offset) {
      Before->second += Size;
      return;
    }
  }
  Free.emplace(Offset, Size);
}

static Error systemError(const char *What) {
  return createStringError(std::error_code(errno, std::generic_category()), "%s: %s", What, strerror(errno));
}

// A place below or above the host's text lets calls reach it directly; anywhere else is as correct.
static char *reserve() {
  uint64_t Host = reinterpret_cast<uint64_t>(&reserve) & ~((1ull << 21) - 1);
  uint64_t Near[] = {Host - (DataSize + TextSize) - (64ull << 20), Host + (256ull << 20)};
  for (uint64_t Address : Near) {
    if (Address > Host && Host > (1ull << 32))
      continue; // the heap of a position-independent host grows there
    void *Got = mmap(reinterpret_cast<void *>(Address), DataSize + TextSize, PROT_NONE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
    if (Got != MAP_FAILED && reinterpret_cast<uint64_t>(Got) == Address)
      return static_cast<char *>(Got);
    if (Got != MAP_FAILED)
      munmap(Got, DataSize + TextSize);
  }
  void *Got =
      mmap(nullptr, DataSize + TextSize, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return Got == MAP_FAILED ? nullptr : static_cast<char *>(Got);
}

Expected<std::unique_ptr<PackedMemory>> PackedMemory::create() {
  int Fd = memfd_create("sumi-code", MFD_CLOEXEC);
  if (Fd < 0)
    return systemError("memory for code");
  char *Base = reserve();
  if (!Base) {
    close(Fd);
    return systemError("address space for code");
  }
  char *Text = Base + DataSize;
  void *Writable = MAP_FAILED;
  bool Mapped =
      ftruncate(Fd, TextSize) == 0 && mprotect(Base, DataSize, PROT_READ | PROT_WRITE) == 0 &&
      mmap(Text, TextSize, PROT_READ | PROT_EXEC, MAP_SHARED | MAP_FIXED | MAP_NORESERVE, Fd, 0) != MAP_FAILED &&
      (Writable = mmap(nullptr, TextSize, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, Fd, 0)) != MAP_FAILED;
  if (!Mapped) {
    Error Failed = systemError("memory for code");
    munmap(Base, DataSize + TextSize);
    close(Fd);
    return Failed;
  }
  return std::unique_ptr<PackedMemory>(new PackedMemory(Fd, Base, Text, static_cast<char *>(Writable)));
}

PackedMemory::PackedMemory(int Fd, char *Data, char *Text, char *Writable)
    : Fd(Fd), Data(Data), Text(Text), Writable(Writable), FreeData(DataSize), FreeText(TextSize) {
  uint64_t Own;
  FreeData.take(Grain, Own); // the first, at 0
}

PackedMemory::~PackedMemory() {
  munmap(Data, DataSize + TextSize);
  munmap(Writable, TextSize);
  close(Fd);
}

uint64_t PackedMemory::textSize() const { return TextSize; }

bool PackedMemory::take(const JITLinkDylib *Owner, bool IsText, uint64_t Size, Stretch &Taken) {
  std::lock_guard<std::mutex> Lock(Mutex);
  Taken.IsText = IsText;
  Taken.Size = alignTo(Size, Grain);
  if (!(IsText ? FreeText : FreeData).take(Taken.Size, Taken.Offset))
    return false;
  const char *Begin = (IsText ? Text : Data) + Taken.Offset;
  Owners[Begin] = {Begin + Taken.Size, Owner};
  return true;
}

void PackedMemory::give(const Unit &Freed) {
  std::lock_guard<std::mutex> Lock(Mutex);
  for (const Stretch &Each : Freed.Stretches) {
    uint64_t Begin = alignTo(Each.Offset, Page), End = alignDown(Each.Offset + Each.Size, Page);
    if (Begin + GiveBack <= End) {
      if (Each.IsText)
        madvise(Writable + Begin, End - Begin, MADV_REMOVE);
      else
        madvise(Data + Begin, End - Begin, MADV_DONTNEED);
    }
    (Each.IsText ? FreeText : FreeData).give(Each.Offset, Each.Size);
    Owners.erase((Each.IsText ? Text : Data) + Each.Offset);
  }
}

bool PackedMemory::takeForGood(bool IsText, uint64_t Size, uint64_t Alignment, char *&Address, char *&Working) {
  Stretch Taken;
  if (Alignment > Page || !take(nullptr, IsText, Size + (Alignment > Grain ? Alignment : 0), Taken))
    return false;
  uint64_t Offset = alignTo(Taken.Offset, Alignment);
  Address = (IsText ? Text : Data) + Offset;
  Working = (IsText ? Writable : Data) + Offset;
  return true;
}

const JITLinkDylib *PackedMemory::ownerOf(const char *Address) {
  std::lock_guard<std::mutex> Lock(Mutex);
  auto After = Owners.upper_bound(Address);
  if (After == Owners.begin())
    return nullptr;
  const Owned &Found = std::prev(After)->second;
  return Address < Found.End ? Found.Owner : nullptr;
}

class PackedMemory::InFlight final : public InFlightAlloc {
public:
  InFlight(PackedMemory &Memory, LinkGraph &Graph, std::unique_ptr<Unit> Made)
      : Memory(Memory), Graph(Graph), Made(std::move(Made)) {}

  void abandon(OnAbandonedFunction OnAbandoned) override {
    Memory.give(*Made);
    OnAbandoned(Error::success());
  }

  void finalize(OnFinalizedFunction OnFinalized) override {
    auto AtRemoval = orc::shared::runFinalizeActions(Graph.allocActions());
    if (!AtRemoval) {
      Memory.give(*Made);
      return OnFinalized(AtRemoval.takeError());
    }
    Made->AtRemoval = std::move(*AtRemoval);
    OnFinalized(FinalizedAlloc(orc::ExecutorAddr::fromPtr(Made.release())));
  }

private:
  PackedMemory &Memory;
  LinkGraph &Graph;
  std::unique_ptr<Unit> Made;
};

void PackedMemory::allocate(const JITLinkDylib *Dylib, LinkGraph &Graph, OnAllocatedFunction OnAllocated) {
  BasicLayout Layout(Graph);
  auto Made = std::make_unique<Unit>();
  for (auto &Each : Layout.segments()) {
    auto &Segment = Each.second;
    // Read-only data lies with the code: both are written through the other mapping only.
    bool IsText = (Each.first.getMemProt() & orc::MemProt::Write) == orc::MemProt::None;
    uint64_t Size = Segment.ContentSize + Segment.ZeroFillSize;
    uint64_t Alignment = Segment.Alignment.value();
    Stretch Taken;
    if (Alignment > Page || !take(Dylib, IsText, Size + (Alignment > Grain ? Alignment : 0), Taken)) {
      give(*Made);
      return OnAllocated(createStringError(inconvertibleErrorCode(), "no room for %llu bytes of %s",
                                           static_cast<unsigned long long>(Size), IsText ? "code" : "data"));
    }
    Made->Stretches.push_back(Taken);
    uint64_t Offset = alignTo(Taken.Offset, Alignment);
    Segment.Addr = orc::ExecutorAddr::fromPtr((IsText ? Text : Data) + Offset);
    Segment.WorkingMem = (IsText ? Writable : Data) + Offset;
    memset(Segment.WorkingMem + Segment.ContentSize, 0, Segment.ZeroFillSize);
  }
  if (Error Failed = Layout.apply()) {
    give(*Made);
    return OnAllocated(std::move(Failed));
  }
  OnAllocated(std::make_unique<InFlight>(*this, Graph, std::move(Made)));
}

void PackedMemory::deallocate(std::vector<FinalizedAlloc> Allocs, OnDeallocatedFunction OnDeallocated) {
  Error Failed = Error::success();
  for (FinalizedAlloc &Each : Allocs) {
    std::unique_ptr<Unit> Freed(Each.release().toPtr<Unit *>());
    Failed = joinErrors(std::move(Failed), orc::shared::runDeallocActions(Freed->AtRemoval));
    give(*Freed);
  }
  OnDeallocated(std::move(Failed));
}

} // namespace sumi
