#![cfg_attr(fuzzing, no_main)]

callfold_fuzz::target!(bulk);
