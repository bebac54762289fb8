#!/usr/bin/env node
/**
 * The bin. Compiled code is kept from one start to the next (in the system's folder for temporary files, or where
 * NODE_COMPILE_CACHE says), which must be asked for before the first module of ours is loaded.
 */
import { enableCompileCache } from 'node:module';

enableCompileCache();
await import('./program.ts');
