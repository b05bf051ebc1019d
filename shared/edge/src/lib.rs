//! HTTP and Lambda: forms, cookies, headers, answers, configuration, clock, entropy, logging, start-up.
