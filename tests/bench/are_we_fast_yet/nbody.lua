-- The sun and four planets, 250 000 steps, 20 times, as in Are We Fast Yet.
local sqrt = math.sqrt
local PI = 3.141592653589793
local SOLAR_MASS, YEAR = 4 * PI * PI, 365.24
local function body(x, y, z, vx, vy, vz, mass) return { x = x, y = y, z = z, vx = vx, vy = vy, vz = vz, mass = mass } end
local function planets()
  return {
    body(0, 0, 0, 0, 0, 0, SOLAR_MASS),
    body(4.84143144246472090, -1.16032004402742839, -0.103622044471123109, 0.00166007664274403694 * YEAR, 0.00769901118419740425 * YEAR, -0.0000690460016972063023 * YEAR, 0.000954791938424326609 * SOLAR_MASS),
    body(8.34336671824457987, 4.12479856412430479, -0.403523417114321381, -0.00276742510726862411 * YEAR, 0.00499852801234917238 * YEAR, 0.0000230417297573763929 * YEAR, 0.000285885980666130812 * SOLAR_MASS),
    body(12.8943695621391310, -15.1111514016986312, -0.223307578892655734, 0.00296460137564761618 * YEAR, 0.00237847173959480950 * YEAR, -0.0000296589568540237556 * YEAR, 0.0000436624404335156298 * SOLAR_MASS),
    body(15.3796971148509165, -25.9193146099879641, 0.179258772950371181, 0.00268067772490389322 * YEAR, 0.00162824170038242295 * YEAR, -0.0000951592254519715870 * YEAR, 0.0000515138902046611451 * SOLAR_MASS),
  }
end
local function energy(b)
  local e = 0
  for i = 1, 5 do
    local p = b[i]
    e = e + 0.5 * p.mass * (p.vx * p.vx + p.vy * p.vy + p.vz * p.vz)
    for j = i + 1, 5 do
      local q = b[j]
      local dx, dy, dz = p.x - q.x, p.y - q.y, p.z - q.z
      e = e - p.mass * q.mass / sqrt(dx * dx + dy * dy + dz * dz)
    end
  end
  return e
end
local function advance(b, dt)
  for i = 1, 5 do
    local p = b[i]
    for j = i + 1, 5 do
      local q = b[j]
      local dx, dy, dz = p.x - q.x, p.y - q.y, p.z - q.z
      local d2 = dx * dx + dy * dy + dz * dz
      local mag = dt / (d2 * sqrt(d2))
      p.vx = p.vx - dx * q.mass * mag
      p.vy = p.vy - dy * q.mass * mag
      p.vz = p.vz - dz * q.mass * mag
      q.vx = q.vx + dx * p.mass * mag
      q.vy = q.vy + dy * p.mass * mag
      q.vz = q.vz + dz * p.mass * mag
    end
  end
  for i = 1, 5 do
    local p = b[i]
    p.x = p.x + dt * p.vx
    p.y = p.y + dt * p.vy
    p.z = p.z + dt * p.vz
  end
end
local function simulate(steps)
  local bodies = planets()
  local px, py, pz = 0, 0, 0
  for i = 1, 5 do
    local p = bodies[i]
    px, py, pz = px + p.vx * p.mass, py + p.vy * p.mass, pz + p.vz * p.mass
  end
  bodies[1].vx, bodies[1].vy, bodies[1].vz = -px / SOLAR_MASS, -py / SOLAR_MASS, -pz / SOLAR_MASS
  for _ = 1, steps do advance(bodies, 0.01) end
  return energy(bodies)
end
local sum = 0
for _ = 1, 20 do
  local result = simulate(250000)
  assert(result == -0.1690859889909308, "wrong result")
  sum = sum + result
end
print(string.format("%.9f", sum))
