"""The figures the product is measured by, one command each: `python -m benchmarks NAME`."""
