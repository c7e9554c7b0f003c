//! Rules of all kinds, and what they allow.

use super::*;

fn allows(robots: &str, path: &str) -> bool {
    let url: Url = "https://host/".parse().unwrap();
    let robots = Robots::parse(robots.as_bytes());
    robots.allow(&url.join(path).unwrap()).is_ok()
}

/// What the rules of all say about a path.
fn all(rules: &str, path: &str) -> bool {
    allows(&format!("User-agent: *\n{rules}\n"), path)
}

#[test]
fn the_longest_rule_that_matches_counts() {
    let rules = "Disallow: /a\nAllow: /a/b\nDisallow: /a/b/c";
    assert!(all(rules, "/"));
    assert!(!all(rules, "/a"));
    assert!(!all(rules, "/abc"));
    assert!(all(rules, "/a/b"));
    assert!(!all(rules, "/a/b/c?d"));
    // Of two as long, the one that allows.
    assert!(all("Disallow: /x\nAllow: /x", "/x"));
    assert!(all("Allow: /x\nDisallow: /x", "/x"));
    // Nothing is disallowed by nothing.
    assert!(all("Disallow:", "/x"));
    assert!(!all("Disallow: /", "/x"));
    assert!(all("Disallow: /", "/robots.txt"));
}

#[test]
fn a_star_stands_for_anything_and_a_dollar_for_the_end() {
    for (rule, path, is_match) in [
        ("/*.gif$", "/a/b.gif", true),
        ("/*.gif$", "/a/b.gif?c", false),
        ("/*.gif", "/a/b.gif?c", true),
        ("*.gif", "/b.gif", true),
        ("/a*b*c", "/a-b-c-d", true),
        ("/a*b*c", "/a-c-b", false),
        ("/a*", "/a", true),
        ("/a**$", "/a", true),
        ("/a*a$", "/a", false),
        ("/a*ab$", "/aab", true),
        ("/a*ab$", "/abab", true),
        ("/$", "/", true),
        ("/$", "/a", false),
        ("/a$b", "/a$b", true),
        ("/*?", "/a?b", true),
        ("/*?", "/a", false),
    ] {
        let is_allowed = all(&format!("Disallow: {rule}"), path);
        assert_eq!(is_allowed, !is_match, "{rule} {path}");
    }
}

#[test]
fn a_byte_may_be_written_in_two_ways() {
    assert!(!all("Disallow: /%7ejoe", "/~joe"));
    assert!(!all("Disallow: /~joe", "/%7Ejoe"));
    assert!(!all("Disallow: /%c3%a4", "/ä"));
    assert!(!all("Disallow: /ä", "/%C3%A4"));
    // This one would be another path.
    assert!(all("Disallow: /a%2Fb", "/a/b"));
    assert!(!all("Disallow: /100%", "/100%"));
}

#[test]
fn our_own_groups_count_together_and_those_for_all_not_then() {
    let robots = "User-agent: *\nDisallow: /\n\
                  User-agent: Taking-Turns/2\nDisallow: /a\n\
                  User-agent: other\nDisallow: /b\n\
                  User-agent: another\nUser-agent: taking-turns\n\
                  Sitemap: https://host/map\n\n\
                  Disallow: /c";
    assert!(allows(robots, "/"));
    assert!(!allows(robots, "/a"));
    assert!(allows(robots, "/b"));
    assert!(!allows(robots, "/c"));
    // A longer name is another's.
    let other = "User-agent: taking-turns-too\nDisallow: /";
    assert!(allows(other, "/"));
    // One of ours without rules.
    let ours = "User-agent: *\nDisallow: /\nUser-agent: taking-turns";
    assert!(allows(ours, "/"));
}

#[test]
fn lines_may_have_comments_odd_ends_and_no_sense() {
    let robots = "\u{feff}USER-AGENT :*#all\r\nnonsense\r\n: :\r\n\
                  disallow:/a # why\r\n\r\nDisallow:/b";
    assert!(!allows(robots, "/a"));
    assert!(!allows(robots, "/b"));
    assert!(allows(robots, "/c"));
    // Before the first group nothing counts.
    assert!(allows("Disallow: /", "/"));
}

#[test]
fn a_delay_belongs_to_its_group() {
    let delay = |text: &str| {
        Robots::parse(format!("User-agent: *\n{text}").as_bytes()).delay
    };
    assert_eq!(delay("Crawl-delay: 2"), Duration::from_secs(2));
    assert_eq!(delay("Crawl-delay: 0.5"), Duration::from_millis(500));
    for none in ["", "-1", "soon", "NaN", "1 s"] {
        assert_eq!(delay(&format!("Crawl-delay: {none}")), Duration::ZERO);
    }
    for long in ["1e99", "inf"] {
        let day = Duration::from_secs(86_400);
        assert_eq!(delay(&format!("Crawl-delay: {long}")), day);
    }
    let others = "User-agent: slow\nCrawl-delay: 9\nUser-agent: *\nAllow: /";
    assert_eq!(Robots::parse(others.as_bytes()).delay, Duration::ZERO);
}
