/** What build.mjs puts into a bundle; under Node none of it is defined. */
declare const __SINE_WORKER__: string;
declare const __SINE_STORED__: string; // JSON of SineLab.js's Stored
