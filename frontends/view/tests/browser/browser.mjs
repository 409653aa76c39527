// A browser for the tests and for the pictures: chromium, where it is installed.

import { existsSync } from "node:fs";
import { chromium } from "playwright-core";

const PLACES = [process.env.CALLFOLD_CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

export const executable = PLACES.find((place) => place && existsSync(place));

export const launch = () =>
  chromium.launch({
    executablePath: executable,
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--font-render-hinting=none"],
  });
