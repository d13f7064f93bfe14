// The sun and four planets, 250 000 steps, 20 times, as in Are We Fast Yet.
const PI = 3.141592653589793, SOLAR_MASS = 4 * PI * PI, YEAR = 365.24
const body = (x, y, z, vx, vy, vz, mass) => ({ x, y, z, vx, vy, vz, mass })
const planets = () => [
  body(0, 0, 0, 0, 0, 0, SOLAR_MASS),
  body(4.84143144246472090, -1.16032004402742839, -0.103622044471123109, 0.00166007664274403694 * YEAR, 0.00769901118419740425 * YEAR, -0.0000690460016972063023 * YEAR, 0.000954791938424326609 * SOLAR_MASS),
  body(8.34336671824457987, 4.12479856412430479, -0.403523417114321381, -0.00276742510726862411 * YEAR, 0.00499852801234917238 * YEAR, 0.0000230417297573763929 * YEAR, 0.000285885980666130812 * SOLAR_MASS),
  body(12.8943695621391310, -15.1111514016986312, -0.223307578892655734, 0.00296460137564761618 * YEAR, 0.00237847173959480950 * YEAR, -0.0000296589568540237556 * YEAR, 0.0000436624404335156298 * SOLAR_MASS),
  body(15.3796971148509165, -25.9193146099879641, 0.179258772950371181, 0.00268067772490389322 * YEAR, 0.00162824170038242295 * YEAR, -0.0000951592254519715870 * YEAR, 0.0000515138902046611451 * SOLAR_MASS),
]
function energy(b) {
  let e = 0
  for (let i = 0; i < 5; i++) {
    const p = b[i]
    e += 0.5 * p.mass * (p.vx * p.vx + p.vy * p.vy + p.vz * p.vz)
    for (let j = i + 1; j < 5; j++) {
      const q = b[j], dx = p.x - q.x, dy = p.y - q.y, dz = p.z - q.z
      e -= p.mass * q.mass / Math.sqrt(dx * dx + dy * dy + dz * dz)
    }
  }
  return e
}
function advance(b, dt) {
  for (let i = 0; i < 5; i++) {
    const p = b[i]
    for (let j = i + 1; j < 5; j++) {
      const q = b[j], dx = p.x - q.x, dy = p.y - q.y, dz = p.z - q.z
      const d2 = dx * dx + dy * dy + dz * dz, mag = dt / (d2 * Math.sqrt(d2))
      p.vx -= dx * q.mass * mag
      p.vy -= dy * q.mass * mag
      p.vz -= dz * q.mass * mag
      q.vx += dx * p.mass * mag
      q.vy += dy * p.mass * mag
      q.vz += dz * p.mass * mag
    }
  }
  for (const p of b) {
    p.x += dt * p.vx
    p.y += dt * p.vy
    p.z += dt * p.vz
  }
}
function simulate(steps) {
  const bodies = planets()
  let px = 0, py = 0, pz = 0
  for (const p of bodies) {
    px += p.vx * p.mass
    py += p.vy * p.mass
    pz += p.vz * p.mass
  }
  bodies[0].vx = -px / SOLAR_MASS
  bodies[0].vy = -py / SOLAR_MASS
  bodies[0].vz = -pz / SOLAR_MASS
  for (let i = 0; i < steps; i++) advance(bodies, 0.01)
  return energy(bodies)
}
let sum = 0
for (let i = 0; i < 20; i++) {
  const result = simulate(250000)
  if (result !== -0.1690859889909308) throw new Error(`wrong result: ${result}`)
  sum += result
}
console.log(sum.toFixed(9))
