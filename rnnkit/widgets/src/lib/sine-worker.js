// @ts-check
/** The Worker of SineLab; build.mjs bundles it into a string. */
import { serve } from "./background.js";
import { sineJob } from "./sine-job.js";

serve(sineJob);
