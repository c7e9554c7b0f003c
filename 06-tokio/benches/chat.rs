//! What the chat room of step 6-14 needs for ten thousand clients that say
//! nothing, and for a thousand that say a line each second.
//!
//!     cargo bench -p with-tokio --bench chat
//!
//! The server is a process of its own, and says what it has used so far
//! whenever it is asked. The clients are in this process.

use lab::Usage;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::env;
use std::io::{self, BufRead, BufReader, Read, Write, stdin};
use std::net::TcpStream;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt};
use tokio::runtime::Runtime;
use tokio::task::JoinSet;
use tokio::time::{Instant as TokioInstant, interval_at};
use with_tokio::chat;

const IDLE: usize = 10_000;
const TALKERS: usize = 1000;
const IN_A_ROOM: usize = 10;
/// How long each part is watched.
const SECONDS: u32 = 10;
const PATIENCE: Duration = Duration::from_secs(10);
/// How many lines are said to all who are idle.
const LINES: u32 = 10;

fn main() -> io::Result<()> {
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum })?;
    if env::args().any(|arg| arg == "--serve") {
        return serve();
    }
    idle()?;
    talk()
}

/// Serves, and answers each line with what it has used so far.
fn serve() -> io::Result<()> {
    let runtime = Runtime::new()?;
    let listener = runtime.block_on(async { chat::listen() })?;
    println!("{}", listener.local_addr()?);
    runtime.spawn(chat::serve(listener, PATIENCE));
    for line in stdin().lines() {
        line?;
        let memory = Usage::so_far().max_rss_kb;
        println!("{} {memory}", lab::cpu_time().as_nanos());
    }
    Ok(())
}

/// The server's process.
struct Server {
    address: String,
    process: Child,
    orders: ChildStdin,
    answers: BufReader<ChildStdout>,
}

struct Used {
    cpu: Duration,
    kib: u64,
}

impl Server {
    fn start() -> io::Result<Server> {
        let mut process = Command::new(env::current_exe()?)
            .arg("--serve")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let orders = process.stdin.take().expect("it is piped");
        let stdout = process.stdout.take().expect("it is piped");
        let mut answers = BufReader::new(stdout);
        let mut address = String::new();
        answers.read_line(&mut address)?;
        let address = address.trim().to_owned();
        Ok(Server { address, process, orders, answers })
    }

    fn used(&mut self) -> io::Result<Used> {
        self.orders.write_all(b"\n")?;
        let mut line = String::new();
        self.answers.read_line(&mut line)?;
        let numbers: Vec<u64> =
            line.split_whitespace().map(|it| it.parse().unwrap()).collect();
        Ok(Used { cpu: Duration::from_nanos(numbers[0]), kib: numbers[1] })
    }

    fn end(mut self) -> io::Result<()> {
        drop(self.orders);
        self.process.wait()?;
        Ok(())
    }

    /// A client that is in its room.
    fn enter(&self, hello: &str) -> io::Result<TcpStream> {
        let mut client = TcpStream::connect(&self.address)?;
        client.set_nodelay(true)?;
        client.write_all(format!("{hello}\n").as_bytes())?;
        client.read_exact(&mut [0; "* welcome\n".len()])?;
        Ok(client)
    }
}

/// All in one room: what they cost while nothing is said, and what a line costs
/// that all are told.
fn idle() -> io::Result<()> {
    let mut server = Server::start()?;
    let before = server.used()?;
    let mut clients = Vec::new();
    for n in 0..IDLE {
        clients.push(server.enter(&format!("hall {n}"))?);
    }
    let entered = server.used()?;
    thread::sleep(Duration::from_secs(SECONDS.into()));
    let idled = server.used()?;

    let start = Instant::now();
    let text = [b'x'; 64];
    for _ in 0..LINES {
        clients[0].write_all(&text)?;
        clients[0].write_all(b"\n")?;
        for client in &mut clients {
            client.read_exact(&mut [0; "0: \n".len() + 64])?;
        }
    }
    let took = start.elapsed() / LINES;
    let told = server.used()?;

    let bytes = (entered.kib - before.kib) * 1024 / IDLE as u64;
    println!("{IDLE} idle in one room");
    println!("  memory for a connection   {bytes} bytes");
    let cpu = idled.cpu - entered.cpu;
    println!("  CPU time in {SECONDS} s           {cpu:.1?}");
    let each = (told.cpu - idled.cpu) / (LINES * IDLE as u32);
    println!("  a line to all of them     {took:.0?}");
    println!("  CPU time for each told    {each:.1?}");
    server.end()
}

/// In rooms of ten, each says a line once a second.
fn talk() -> io::Result<()> {
    let mut server = Server::start()?;
    let before = server.used()?;
    let mut clients = Vec::new();
    for n in 0..TALKERS {
        clients.push(server.enter(&format!("room{} {n}", n / IN_A_ROOM))?);
    }
    let entered = server.used()?;
    let late = Runtime::new()?.block_on(talk_all(clients))?;
    let talked = server.used()?;

    let bytes = (entered.kib - before.kib) * 1024 / TALKERS as u64;
    let cpu = talked.cpu - entered.cpu;
    let told = late.len();
    println!("{TALKERS} in rooms of {IN_A_ROOM}, a line a second from each");
    println!("  memory for a connection   {bytes} bytes");
    println!("  lines told in {SECONDS} s         {told}");
    println!("  CPU time for each told    {:.1?}", cpu / told as u32);
    let part = cpu.as_secs_f64() / f64::from(SECONDS) * 100.0;
    println!("  of one core               {part:.0} %");
    let [half, most] = [told / 2, told * 99 / 100].map(|n| late[n]);
    println!("  told after                {half:.1?}, 99 of 100 {most:.1?}");
    server.end()
}

/// Gives back how long each line took to get to each client, sorted.
async fn talk_all(clients: Vec<TcpStream>) -> io::Result<Vec<Duration>> {
    let start = Instant::now() + Duration::from_secs(1);
    let late = Arc::new(Mutex::new(Vec::new()));
    let mut tasks = JoinSet::new();
    for (n, client) in clients.into_iter().enumerate() {
        client.set_nonblocking(true)?;
        let client = tokio::net::TcpStream::from_std(client)?;
        let (input, mut output) = client.into_split();
        let late = late.clone();
        tasks.spawn(async move {
            let mut lines = tokio::io::BufReader::new(input).lines();
            for _ in 0..SECONDS as usize * IN_A_ROOM {
                let line = lines.next_line().await?.expect("it stays up");
                // None is missed: the line holds when it was said.
                let said = line.split_whitespace().nth(1).expect("a time");
                let said = said.parse().expect("microseconds");
                let said = start + Duration::from_micros(said);
                late.lock().unwrap().push(said.elapsed());
            }
            Ok::<_, io::Error>(())
        });
        tasks.spawn(async move {
            // They do not all speak at once.
            let part = Duration::from_secs(1) * n as u32 / TALKERS as u32;
            let second = Duration::from_secs(1);
            let mut ticks =
                interval_at(TokioInstant::from_std(start + part), second);
            for _ in 0..SECONDS {
                ticks.tick().await;
                let now = start.elapsed().as_micros();
                let line = format!("{now:063}\n");
                output.write_all(line.as_bytes()).await?;
            }
            // To drop it would end the client, and others are still told.
            output.forget();
            Ok(())
        });
    }
    while let Some(ended) = tasks.join_next().await {
        ended.expect("none panics")?;
    }
    let mut late = Arc::into_inner(late).expect("all have ended").into_inner();
    late.as_mut().unwrap().sort();
    Ok(late.unwrap())
}
