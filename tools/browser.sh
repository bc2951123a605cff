#!/bin/sh
# Looks for the browser that browser tests drive. CI installs it, and fonts without which Chinese is boxes;
# elsewhere a missing browser is named, and the tests that need it skip.
set -eu

find_browser() {
    for name in chromium chromium-browser google-chrome; do
        if command -v "$name" >/dev/null; then
            return 0
        fi
    done
    return 1
}

complete() {
    find_browser && dpkg -s fonts-noto-cjk >/dev/null 2>&1
}

if [ "${CI:-}" = true ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null && ! complete; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends chromium fonts-noto-cjk >/dev/null
fi

if ! find_browser; then
    echo "NO BROWSER: chromium (or google-chrome) is missing, so the browser tests will be skipped."
fi
