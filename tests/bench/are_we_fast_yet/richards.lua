-- A kernel of an operating system with six tasks that send each other packets, 100 times 5, as in Are We Fast Yet.
local bit = bit or bit32
local band, bxor, rshift = bit.band, bit.bxor, bit.rshift
local IDLER, WORKER, HANDLER_A, HANDLER_B, DEVICE_A, DEVICE_B = 1, 2, 3, 4, 5, 6
local DEVICE_PACKET, WORK_PACKET = 1, 2
local function packet(next, task, kind) return { next = next, task = task, kind = kind, datum = 0, data = { 0, 0, 0, 0 } } end
local function append(packet, queue)
  packet.next = nil
  if not queue then return packet end
  local last = queue
  while last.next do last = last.next end
  last.next = packet
  return queue
end
local Scheduler = {}
Scheduler.__index = Scheduler
function Scheduler:add(identity, priority, input, waiting, run)
  local task = {
    next = self.first,
    identity = identity,
    priority = priority,
    input = input,
    pending = input ~= nil,
    waiting = waiting,
    holding = false,
    run = run,
  }
  self.first = task
  self.tasks[identity] = task
  return task
end
function Scheduler:hold()
  self.held = self.held + 1
  self.current.holding = true
  return self.current.next
end
function Scheduler:wait()
  self.current.waiting = true
  return self.current
end
function Scheduler:release(identity)
  local task = self.tasks[identity]
  task.holding = false
  return task.priority > self.current.priority and task or self.current
end
function Scheduler:send(packet)
  local to = self.tasks[packet.task]
  self.queued = self.queued + 1
  packet.task = self.current.identity
  local first = not to.input
  to.input = append(packet, to.input)
  if not first then return self.current end
  to.pending = true
  return to.priority > self.current.priority and to or self.current
end
local function idle(scheduler, task)
  task.count = task.count - 1
  if task.count == 0 then return scheduler:hold() end
  if band(task.control, 1) == 1 then
    task.control = bxor(rshift(task.control, 1), 53256)
    return scheduler:release(DEVICE_B)
  end
  task.control = rshift(task.control, 1)
  return scheduler:release(DEVICE_A)
end
local function work(scheduler, task, packet)
  if not packet then return scheduler:wait() end
  task.destination = task.destination == HANDLER_A and HANDLER_B or HANDLER_A
  packet.task = task.destination
  packet.datum = 0
  for i = 1, 4 do
    task.count = task.count % 26 + 1
    packet.data[i] = 64 + task.count
  end
  return scheduler:send(packet)
end
local function handle(scheduler, task, packet)
  if packet then
    if packet.kind == WORK_PACKET then
      task.work = append(packet, task.work)
    else
      task.device = append(packet, task.device)
    end
  end
  local full = task.work
  if not full then return scheduler:wait() end
  local count = full.datum
  if count >= 4 then
    task.work = full.next
    return scheduler:send(full)
  end
  local free = task.device
  if not free then return scheduler:wait() end
  task.device = free.next
  free.datum = full.data[count + 1]
  full.datum = count + 1
  return scheduler:send(free)
end
local function serve(scheduler, task, packet)
  local done = task.done
  task.done = packet
  if packet then return scheduler:hold() end
  if not done then return scheduler:wait() end
  return scheduler:send(done)
end
function Scheduler:step()
  local task, packet = self.current, nil
  if task.pending and task.waiting and not task.holding then
    packet = task.input
    task.input = packet.next
    task.pending = task.input ~= nil
    task.waiting = false
  end
  return task.run(self, task, packet)
end
function Scheduler:run()
  local task = self.first
  while task do
    if task.holding or task.waiting and not task.pending then
      task = task.next
    else
      self.current = task
      task = self:step()
    end
  end
end
local function simulate()
  local s = setmetatable({ tasks = {}, queued = 0, held = 0 }, Scheduler)
  local idler = s:add(IDLER, 0, nil, false, idle)
  idler.control, idler.count = 1, 10000
  local queue = packet(packet(nil, WORKER, WORK_PACKET), WORKER, WORK_PACKET)
  local worker = s:add(WORKER, 1000, queue, true, work)
  worker.destination, worker.count = HANDLER_A, 0
  for i = 0, 1 do
    queue = nil
    for _ = 1, 3 do queue = packet(queue, DEVICE_A + i, DEVICE_PACKET) end
    s:add(HANDLER_A + i, 2000 + 1000 * i, queue, true, handle)
  end
  s:add(DEVICE_A, 4000, nil, true, serve)
  s:add(DEVICE_B, 5000, nil, true, serve)
  s:run()
  assert(s.queued == 23246 and s.held == 9297, "wrong result")
  return s.queued + s.held
end
local sum = 0
for _ = 1, 500 do sum = sum + simulate() end
print(sum)
