//! What is particular to a store in NATS: its server.
