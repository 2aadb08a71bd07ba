"""The benchmarks run, and compare like with like."""
