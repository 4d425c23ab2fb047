// sockets, and bytes allocated, are counted for the whole program
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]
