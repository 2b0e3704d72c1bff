#!/usr/bin/env node
// There before the build, so that an install can link the command.
import '../dist/main.js';
