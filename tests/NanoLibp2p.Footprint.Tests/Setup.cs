using Xunit.Sdk;
using Xunit.v3;

// the shared assemblies have one meter in a process, which counts one operation at a time
[assembly: Parallelization(Mode = ParallelMode.None)]
