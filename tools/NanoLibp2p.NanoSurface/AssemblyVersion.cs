// generated from Directory.Build.props; see tools/NanoLibp2p.NanoSurface/README.md
using System.Reflection;

[assembly: AssemblyVersion("0.1.0.0")]
[assembly: AssemblyFileVersion("0.1.0.0")]
[assembly: AssemblyInformationalVersion("0.1.0")]
