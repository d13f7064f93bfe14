//! The game in Sumi and in Rust, and how it is played over a network: what the other player pressed arrives late, so each frame goes back to where it belongs and
//! simulates from there again, as GGPO does.

use sumi::{Config, Engine, Error, Function, Script, Snapshot};

/// Frames until the other player's stick arrives.
pub(crate) const LATE: usize = 8;
/// States that are kept.
pub(crate) const KEPT: usize = 60;

/// A world that can be advanced by the sticks of two players, kept and put back.
pub(crate) trait Game {
    fn step(&mut self, sticks: [u8; 2]) -> Result<(), Error>;
    fn save(&mut self, slot: usize) -> Result<(), Error>;
    fn load(&mut self, slot: usize) -> Result<(), Error>;
    /// All of it in one number.
    fn sum(&mut self) -> Result<u64, Error>;
}

/// What each player presses, each for some frames.
pub(crate) fn sticks(frame: usize) -> [u8; 2] {
    let held = |player: u64, frames: usize| {
        let mixed = ((frame / frames) as u64 + player).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (mixed >> 60) as u8
    };
    [held(1, 11), held(1000, 17)]
}

/// Everything is known at once.
pub(crate) fn play_straight(game: &mut impl Game, frames: usize) -> Result<u64, Error> {
    for frame in 0..frames {
        game.step(sticks(frame))?;
    }
    game.sum()
}

/// The second stick is known [`LATE`] frames later; until then it is taken to be as it was.
pub(crate) fn play_late(game: &mut impl Game, frames: usize) -> Result<u64, Error> {
    for now in 0..frames {
        let back = now.saturating_sub(LATE);
        if back < now {
            game.load(back % KEPT)?;
        }
        for frame in back..=now {
            game.save(frame % KEPT)?;
            let known = frame.min(back);
            game.step([sticks(frame)[0], sticks(known)[1]])?;
        }
    }
    // The last ones arrive.
    let back = frames.saturating_sub(LATE);
    game.load(back % KEPT)?;
    for frame in back..frames {
        game.step(sticks(frame))?;
    }
    game.sum()
}

/// The script.
pub(crate) struct InSumi {
    script: Script,
    step: Function<fn(u8, u8)>,
    sum: Function<fn() -> u64>,
    kept: Vec<Option<Snapshot>>,
}

impl InSumi {
    pub(crate) fn new(bodies: usize) -> Result<InSumi, Error> {
        let mut engine = Engine::new(Config::default())?;
        let script = engine.load("world.sumi", include_str!("world.sumi"))?;
        script.function::<fn(i64)>("start")?.call(bodies as i64)?;
        Ok(InSumi {
            step: script.function("step")?,
            sum: script.function("sum")?,
            script,
            kept: vec![None; KEPT],
        })
    }
}

impl Game for InSumi {
    fn step(&mut self, [one, other]: [u8; 2]) -> Result<(), Error> {
        self.step.call(one, other)
    }

    fn save(&mut self, slot: usize) -> Result<(), Error> {
        self.kept[slot] = Some(self.script.snapshot()?);
        Ok(())
    }

    fn load(&mut self, slot: usize) -> Result<(), Error> {
        match &self.kept[slot] {
            Some(saved) => self.script.restore(saved).map(drop),
            None => Ok(()),
        }
    }

    fn sum(&mut self) -> Result<u64, Error> {
        self.sum.call()
    }
}

#[derive(Clone, Copy)]
struct Body {
    x: f32,
    y: f32,
    vx: f32,
    vy: f32,
    hp: i32,
    hits: i32,
}

#[derive(Clone, Copy)]
struct Player {
    x: f32,
    y: f32,
    vx: f32,
    vy: f32,
    score: i64,
}

#[derive(Clone)]
struct World {
    noise: u32,
    players: [Player; 2],
    bodies: Vec<Body>,
}

impl World {
    /// A copy over another world's memory.
    fn copy_from(&mut self, other: &World) {
        (self.noise, self.players) = (other.noise, other.players);
        self.bodies.copy_from_slice(&other.bodies);
    }
}

const SIZE: f32 = 1024.0;

fn random(noise: &mut u32) -> f32 {
    *noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
    (*noise >> 8) as f32 / 16_777_216.0 * SIZE
}

fn walk(player: &mut Player, stick: u8) {
    let bit = |at: u8| f32::from(stick >> at & 1);
    player.vx = (player.vx + (bit(1) - bit(0)) * 0.5) * 0.96875;
    player.vy = (player.vy + (bit(3) - bit(2)) * 0.5) * 0.96875;
    player.x = (player.x + player.vx).clamp(0.0, SIZE);
    player.y = (player.y + player.vy).clamp(0.0, SIZE);
}

/// The same in Rust; states are kept by copying their memory.
pub(crate) struct InRust {
    world: World,
    kept: Vec<World>,
}

impl InRust {
    pub(crate) fn new(bodies: usize) -> InRust {
        let mut noise = 7;
        let player = |x: f32| Player {
            x,
            y: 512.0,
            vx: 0.0,
            vy: 0.0,
            score: 0,
        };
        let bodies = (0..bodies).map(|_| Body {
            x: random(&mut noise),
            y: random(&mut noise),
            vx: 0.0,
            vy: 0.0,
            hp: 100,
            hits: 0,
        });
        let bodies = bodies.collect();
        let world = World {
            noise,
            players: [player(256.0), player(768.0)],
            bodies,
        };
        InRust {
            kept: vec![world.clone(); KEPT],
            world,
        }
    }
}

impl Game for InRust {
    fn step(&mut self, [one, other]: [u8; 2]) -> Result<(), Error> {
        let world = &mut self.world;
        walk(&mut world.players[0], one);
        walk(&mut world.players[1], other);
        let [first, second] = world.players;
        let mut noise = world.noise;
        let mut scores = [0, 0];
        for body in &mut world.bodies {
            let (ax, ay) = (first.x - body.x, first.y - body.y);
            let (bx, by) = (second.x - body.x, second.y - body.y);
            let (near, far) = (ax * ax + ay * ay, bx * bx + by * by);
            let is_first = near < far;
            let (dx, dy, square) = if is_first {
                (ax, ay, near)
            } else {
                (bx, by, far)
            };
            let distance = (square + 1.0).sqrt();
            let pull = 4.0 / (distance + 32.0);
            body.vx = (body.vx + dx / distance * pull) * 0.992_187_5;
            body.vy = (body.vy + dy / distance * pull) * 0.992_187_5;
            body.x += body.vx;
            body.y += body.vy;
            if body.x < 0.0 || body.x > SIZE {
                body.vx = -body.vx;
            }
            if body.y < 0.0 || body.y > SIZE {
                body.vy = -body.vy;
            }
            if distance < 24.0 {
                body.hp -= 5;
                body.hits += 1;
                if body.hp <= 0 {
                    scores[usize::from(!is_first)] += 1;
                    body.x = random(&mut noise);
                    body.y = random(&mut noise);
                    body.hp = 100;
                }
            }
        }
        world.noise = noise;
        world.players[0].score += scores[0];
        world.players[1].score += scores[1];
        Ok(())
    }

    fn save(&mut self, slot: usize) -> Result<(), Error> {
        self.kept[slot].copy_from(&self.world);
        Ok(())
    }

    fn load(&mut self, slot: usize) -> Result<(), Error> {
        self.world.copy_from(&self.kept[slot]);
        Ok(())
    }

    fn sum(&mut self) -> Result<u64, Error> {
        const PRIME: u64 = 1_099_511_628_211;
        let world = &self.world;
        let mut h: u64 = 14_695_981_039_346_656_037;
        for body in &world.bodies {
            let at = |x: f32| (x * 4096.0) as i64 as u64;
            for bits in [body.hp as u64, body.hits as u64, at(body.x), at(body.y)] {
                h = (h ^ bits).wrapping_mul(PRIME);
            }
        }
        let scores = world.players[0].score * 65536 + world.players[1].score;
        Ok((h ^ scores as u64).wrapping_mul(PRIME) ^ u64::from(world.noise))
    }
}
