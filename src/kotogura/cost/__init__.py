"""What a deployment costs: its template, a workload and a dated table of prices, multiplied."""
