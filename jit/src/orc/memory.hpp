// Where linked code and data live: one reservation per session, packed, so that a unit costs no mapping of its own and
// "is this program counter ours" is one comparison.
//
//      near the host's text if there is room
//      |<------- data, 1 GiB ------->|<-- text, 512 MiB -->|        elsewhere: |<-- the same text, writable -->|
//         private, read-write            read-execute                             both map one memfd
//
// The first 64 bytes of data are the session's own words, which code reaches directly.
// No page is ever writable and executable at one address, and linking calls no mprotect. Pages are lazily committed;
// large freed stretches go back to the system at once, small ones are reused.
#pragma once

#include "llvm/ExecutionEngine/JITLink/JITLink.h"
#include "llvm/ExecutionEngine/JITLink/JITLinkMemoryManager.h"
#include "llvm/Support/Error.h"

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

namespace sumi {

// Free stretches of a region by offset; first fit, neighbours are merged.
class FreeList {
public:
  explicit FreeList(uint64_t Size) { Free.emplace(0, Size); }
  bool take(uint64_t Size, uint64_t &Offset);
  void give(uint64_t Offset, uint64_t Size);

private:
  std::map<uint64_t, uint64_t> Free;
};

class PackedMemory final : public llvm::jitlink::JITLinkMemoryManager {
public:
  static llvm::Expected<std::unique_ptr<PackedMemory>> create();
  ~PackedMemory() override;

  using JITLinkMemoryManager::allocate;
  using JITLinkMemoryManager::deallocate;
  void allocate(const llvm::jitlink::JITLinkDylib *Dylib, llvm::jitlink::LinkGraph &Graph,
                OnAllocatedFunction OnAllocated) override;
  void deallocate(std::vector<FinalizedAlloc> Allocs, OnDeallocatedFunction OnDeallocated) override;

  const char *textBegin() const { return Text; }
  uint64_t textSize() const;
  // Room that stays taken, in bytes on a boundary of so many; where it lies, and where it can be written. False if there is none.
  bool takeForGood(bool IsText, uint64_t Size, uint64_t Alignment, char *&Address, char *&Working);
  // Whose code or data lies at this address; null if it is nobody's.
  const llvm::jitlink::JITLinkDylib *ownerOf(const char *Address);

private:
  struct Stretch {
    bool IsText;
    uint64_t Offset, Size;
  };
  struct Owned {
    const char *End;
    const llvm::jitlink::JITLinkDylib *Owner;
  };
  struct Unit {
    std::vector<Stretch> Stretches;
    std::vector<llvm::orc::shared::WrapperFunctionCall> AtRemoval;
  };
  class InFlight;

  PackedMemory(int Fd, char *Data, char *Text, char *Writable);
  bool take(const llvm::jitlink::JITLinkDylib *Owner, bool IsText, uint64_t Size, Stretch &Taken);
  void give(const Unit &Freed);

  int Fd;
  char *Data, *Text, *Writable;
  std::mutex Mutex;
  FreeList FreeData, FreeText;
  std::map<const char *, Owned> Owners; // by where their stretches begin
};

} // namespace sumi
