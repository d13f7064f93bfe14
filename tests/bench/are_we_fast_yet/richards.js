// A kernel of an operating system with six tasks that send each other packets, 100 times 5, as in Are We Fast Yet.
const IDLER = 0, WORKER = 1, HANDLER_A = 2, HANDLER_B = 3, DEVICE_A = 4, DEVICE_B = 5
const DEVICE_PACKET = 0, WORK_PACKET = 1
class Packet {
  constructor(next, task, kind) {
    this.next = next
    this.task = task
    this.kind = kind
    this.datum = 0
    this.data = [0, 0, 0, 0]
  }
}
function append(packet, queue) {
  packet.next = null
  if (queue === null) return packet
  let last = queue
  while (last.next !== null) last = last.next
  last.next = packet
  return queue
}
class Task {
  constructor(scheduler, identity, priority, input, waiting) {
    this.scheduler = scheduler
    this.next = scheduler.first
    this.identity = identity
    this.priority = priority
    this.input = input
    this.pending = input !== null
    this.waiting = waiting
    this.holding = false
    scheduler.first = scheduler.tasks[identity] = this
  }
  step() {
    let packet = null
    if (this.pending && this.waiting && !this.holding) {
      packet = this.input
      this.input = packet.next
      this.pending = this.input !== null
      this.waiting = false
    }
    return this.run(packet)
  }
}
class Idler extends Task {
  constructor(scheduler) {
    super(scheduler, IDLER, 0, null, false)
    this.control = 1
    this.count = 10000
  }
  run() {
    if (--this.count === 0) return this.scheduler.hold()
    if (this.control & 1) {
      this.control = (this.control >> 1) ^ 53256
      return this.scheduler.release(DEVICE_B)
    }
    this.control >>= 1
    return this.scheduler.release(DEVICE_A)
  }
}
class Worker extends Task {
  constructor(scheduler, priority, input) {
    super(scheduler, WORKER, priority, input, true)
    this.destination = HANDLER_A
    this.count = 0
  }
  run(packet) {
    if (packet === null) return this.scheduler.wait()
    this.destination = this.destination === HANDLER_A ? HANDLER_B : HANDLER_A
    packet.task = this.destination
    packet.datum = 0
    for (let i = 0; i < 4; i++) {
      this.count = (this.count % 26) + 1
      packet.data[i] = 64 + this.count
    }
    return this.scheduler.send(packet)
  }
}
class Handler extends Task {
  constructor(scheduler, identity, priority, input) {
    super(scheduler, identity, priority, input, true)
    this.work = null
    this.device = null
  }
  run(packet) {
    if (packet !== null) {
      if (packet.kind === WORK_PACKET) this.work = append(packet, this.work)
      else this.device = append(packet, this.device)
    }
    const full = this.work
    if (full === null) return this.scheduler.wait()
    const count = full.datum
    if (count >= 4) {
      this.work = full.next
      return this.scheduler.send(full)
    }
    const free = this.device
    if (free === null) return this.scheduler.wait()
    this.device = free.next
    free.datum = full.data[count]
    full.datum = count + 1
    return this.scheduler.send(free)
  }
}
class Device extends Task {
  constructor(scheduler, identity, priority) {
    super(scheduler, identity, priority, null, true)
    this.done = null
  }
  run(packet) {
    const done = this.done
    this.done = packet
    if (packet !== null) return this.scheduler.hold()
    return done === null ? this.scheduler.wait() : this.scheduler.send(done)
  }
}
class Scheduler {
  constructor() {
    this.tasks = new Array(6).fill(null)
    this.first = null
    this.current = null
    this.queued = 0
    this.held = 0
  }
  hold() {
    this.held++
    this.current.holding = true
    return this.current.next
  }
  wait() {
    this.current.waiting = true
    return this.current
  }
  release(identity) {
    const task = this.tasks[identity]
    task.holding = false
    return task.priority > this.current.priority ? task : this.current
  }
  send(packet) {
    const to = this.tasks[packet.task]
    this.queued++
    packet.task = this.current.identity
    const first = to.input === null
    to.input = append(packet, to.input)
    if (!first) return this.current
    to.pending = true
    return to.priority > this.current.priority ? to : this.current
  }
  run() {
    let task = this.first
    while (task !== null) {
      if (task.holding || (task.waiting && !task.pending)) {
        task = task.next
      } else {
        this.current = task
        task = task.step()
      }
    }
  }
}
function simulate() {
  const s = new Scheduler()
  new Idler(s)
  let queue = null
  for (let i = 0; i < 2; i++) queue = new Packet(queue, WORKER, WORK_PACKET)
  new Worker(s, 1000, queue)
  for (let i = 0; i < 2; i++) {
    queue = null
    for (let j = 0; j < 3; j++) queue = new Packet(queue, DEVICE_A + i, DEVICE_PACKET)
    new Handler(s, HANDLER_A + i, 2000 + 1000 * i, queue)
  }
  new Device(s, DEVICE_A, 4000)
  new Device(s, DEVICE_B, 5000)
  s.run()
  if (s.queued !== 23246 || s.held !== 9297) throw new Error(`wrong result: ${s.queued}, ${s.held}`)
  return s.queued + s.held
}
let sum = 0
for (let i = 0; i < 500; i++) sum += simulate()
console.log(sum)
