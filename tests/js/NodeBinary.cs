using System;
using System.IO;
using System.Runtime.InteropServices;

namespace NanoLibp2p.JsPeers;

/// <summary>Where the js programs are, and the Node.js that runs them.</summary>
public static class NodeBinary
{
    /// <summary>The folder <c>tests/js</c> of the checkout that this assembly was built in.</summary>
    public static string ProgramDirectory { get; } = FindPrograms();

    /// <summary>
    /// The Node.js that npm installed beside the programs; where npm has none for this machine, <c>node</c> from the path, which then
    /// has to be version 22 or later (js-libp2p needs <c>Promise.withResolvers</c>).
    /// </summary>
    public static string Path { get; } = FindNode();

    private static string FindPrograms()
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at != null; at = at.Parent)
        {
            string folder = System.IO.Path.Combine(at.FullName, "tests", "js");
            if (File.Exists(System.IO.Path.Combine(folder, "peer.mjs")))
            {
                return folder;
            }
        }
        throw new DirectoryNotFoundException(
            $"no tests/js/peer.mjs in a folder above {AppContext.BaseDirectory}; run from a build inside the checkout");
    }

    private static string FindNode()
    {
        string modules = System.IO.Path.Combine(ProgramDirectory, "node_modules");
        if (!File.Exists(System.IO.Path.Combine(modules, ".installed")))
        {
            throw new DirectoryNotFoundException(
                $"js-libp2p is not installed in {modules}; build tests/js/NanoLibp2p.JsPeers.csproj, which does it");
        }
        bool windows = OperatingSystem.IsWindows();
        string system = windows ? "win" : OperatingSystem.IsMacOS() ? "darwin" : "linux";
        string package = $"node-{system}-{RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant()}";
        string binary = System.IO.Path.Combine(modules, package, "bin", windows ? "node.exe" : "node");
        return File.Exists(binary) ? binary : "node";
    }
}
