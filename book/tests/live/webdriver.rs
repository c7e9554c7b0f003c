//! A browser, driven by the WebDriver protocol: as much of it as we need.

use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};
use watchdog::{self, Watching};

/// Chromium without a window, and the driver that speaks for it.
pub struct Browser {
    driver: Child,
    _limit: Watching,
    port: u16,
    session: String,
    profile: std::path::PathBuf,
}

impl Browser {
    /// Starts one with a window of this size; `None` if there is none here.
    pub fn start(width: u32, height: u32) -> Option<Browser> {
        // Of the ports that it tries, another program may have taken one
        // between two steps of its own. Then it ends at once.
        let mut tries = 0;
        let (driver, port) = loop {
            let (driver, port) = Browser::driver()?;
            tries += 1;
            match port {
                Some(port) => break (driver, port),
                None => assert!(tries < 5, "no driver says where it listens"),
            }
        };
        let _limit = watchdog::kill_after(&driver, Duration::from_secs(300));
        let name = format!("taking-turns-browser-{}", driver.id());
        let profile = std::env::temp_dir().join(name);
        let mut browser =
            Browser { driver, _limit, port, session: String::new(), profile };
        let options = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            &format!("--window-size={width},{height}"),
            &format!("--user-data-dir={}", browser.profile.display()),
        ];
        let wanted = json!({"capabilities": {"alwaysMatch": {
            "goog:chromeOptions": {"args": options},
            "goog:loggingPrefs": {"browser": "ALL"},
        }}});
        let answer = browser.send("POST", "/session", &wanted);
        browser.session = answer["sessionId"].as_str().unwrap().to_owned();
        Some(browser)
    }

    /// A driver, and the port it listens on, if it has found one; else it has
    /// ended.
    fn driver() -> Option<(Child, Option<u16>)> {
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .ok()?;
        let _limit = watchdog::kill_after(&driver, Duration::from_secs(60));
        let lines = BufReader::new(driver.stdout.take().unwrap()).lines();
        let port = lines.map_while(Result::ok).find_map(|line| {
            let port = line.split("successfully on port ").nth(1)?;
            port.trim_end_matches('.').parse().ok()
        });
        if port.is_none() {
            driver.wait().expect("nobody else waits for it");
        }
        Some((driver, port))
    }

    pub fn open(&self, url: &str) {
        self.ask("POST", "/url", &json!({"url": url}));
    }

    /// Goes back by one page, as the browser's own button does.
    pub fn back(&self) {
        self.ask("POST", "/back", &json!({}));
    }

    /// Loads the page anew, and waits until it is there.
    pub fn reload(&self) {
        self.ask("POST", "/refresh", &json!({}));
    }

    /// Runs a script in the page; `return` gives back a value.
    ///
    /// If the script leaves the page, its answer may be lost with the page.
    /// The driver then runs it again, on the next one: so [`Browser::back`] is
    /// for what a script would do twice.
    pub fn script(&self, script: &str) -> Value {
        let body = json!({"script": script, "args": []});
        self.ask("POST", "/execute/sync", &body)
    }

    /// Gives the page a screen of this size.
    pub fn be_as_large_as(&self, width: u32, height: u32) {
        let screen = json!({
            "width": width, "height": height, "deviceScaleFactor": 1,
            "mobile": width < 600,
        });
        let order = json!({
            "cmd": "Emulation.setDeviceMetricsOverride", "params": screen,
        });
        self.ask("POST", "/goog/cdp/execute", &order);
    }

    /// Shows the page as it is printed, or on the screen again.
    pub fn print(&self, is: bool) {
        let medium = if is { "print" } else { "" };
        let order = json!({
            "cmd": "Emulation.setEmulatedMedia", "params": { "media": medium },
        });
        self.ask("POST", "/goog/cdp/execute", &order);
        let shows = format!("return matchMedia('print').matches === {is}");
        self.wait_for("the medium", &shows);
    }

    /// Has the reader's system wish for this: `prefers-reduced-motion`.
    pub fn prefer(&self, what: &str, wish: &str) {
        let feature = json!({ "name": what, "value": wish });
        let order = json!({
            "cmd": "Emulation.setEmulatedMedia",
            "params": { "features": [feature] },
        });
        self.ask("POST", "/goog/cdp/execute", &order);
    }

    /// What it looks like, as PNG.
    pub fn screenshot(&self) -> String {
        let order = json!({
            "cmd": "Page.captureScreenshot", "params": { "format": "png" },
        });
        let told = self.ask("POST", "/goog/cdp/execute", &order);
        told["data"].as_str().expect("a picture").to_owned()
    }

    /// Presses a key: a letter, or one that WebDriver has a letter for.
    pub fn press(&self, key: char) {
        self.press_together(&[key]);
    }

    /// Presses several keys, and lets go of them.
    pub fn press_together(&self, keys: &[char]) {
        let action = |kind| move |key| json!({"type": kind, "value": key});
        let down = keys.iter().map(action("keyDown"));
        let up = keys.iter().rev().map(action("keyUp"));
        let actions: Vec<_> = down.chain(up).collect();
        let keys = json!({"type": "key", "id": "keyboard", "actions": actions});
        self.ask("POST", "/actions", &json!({"actions": [keys]}));
    }

    /// Waits until a script returns something true, and gives that back.
    pub fn wait_for(&self, what: &str, script: &str) -> Value {
        let patience = Instant::now() + Duration::from_secs(60);
        loop {
            let value = self.script(script);
            if !matches!(value, Value::Null | Value::Bool(false)) {
                return value;
            }
            if Instant::now() > patience {
                let page = self.script(
                    "return [location.href, document.readyState,
                         document.body?.innerText].join('\\n')",
                );
                let page = page.as_str().unwrap_or_default();
                panic!("waited a minute for {what}; the page is {page}");
            }
            sleep(Duration::from_millis(50));
        }
    }

    /// What the browser's console says, refused scripts and styles included.
    pub fn console(&self) -> Vec<String> {
        let log = self.ask("POST", "/se/log", &json!({"type": "browser"}));
        let lines = log.as_array().into_iter().flatten();
        lines.map(|line| line["message"].to_string()).collect()
    }

    fn ask(&self, method: &str, path: &str, body: &Value) -> Value {
        let path = format!("/session/{}{path}", self.session);
        self.send(method, &path, body)
    }

    fn send(&self, method: &str, path: &str, body: &Value) -> Value {
        let mut socket = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        let limit = Some(Duration::from_secs(60));
        socket.set_read_timeout(limit).unwrap();
        let body = body.to_string();
        write!(
            socket,
            "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: \
             close\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        let mut answer = BufReader::new(socket);
        let mut length = 0;
        loop {
            let mut line = String::new();
            answer.read_line(&mut line).expect("the driver answers");
            let line = line.trim_end().to_ascii_lowercase();
            if let Some(n) = line.strip_prefix("content-length:") {
                length = n.trim().parse().unwrap();
            }
            if line.is_empty() {
                break;
            }
        }
        let mut body = vec![0; length];
        answer.read_exact(&mut body).expect("the driver says it all");
        let mut answer: Value = serde_json::from_slice(&body).expect("JSON");
        let value = answer["value"].take();
        assert!(value["error"].is_null(), "{method} {path}: {value}");
        value
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        if !self.session.is_empty() && !std::thread::panicking() {
            self.ask("DELETE", "", &json!({}));
        }
        // This ends the browser, too, if it could not be told to end.
        let group = Pid::from_child(&self.driver);
        let _ = kill_process_group(group, Signal::KILL);
        let _ = self.driver.wait();
        let _ = std::fs::remove_dir_all(&self.profile);
    }
}
