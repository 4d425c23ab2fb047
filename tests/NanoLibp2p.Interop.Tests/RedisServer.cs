using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Threading.Tasks;

namespace NanoLibp2p.Interop.Tests;

/// <summary>A redis-server on loopback with nothing kept on disk, for the contracts in which two programs find each other through
/// one.</summary>
public sealed class RedisServer : IAsyncDisposable
{
    /// <summary>What to do where <see cref="IsHere"/> is false.</summary>
    public const string Missing = "redis-server is not installed: apt-get install redis-server";

    private readonly Process _process;

    private RedisServer(Process process, int port)
    {
        _process = process;
        Address = $"127.0.0.1:{port}";
    }

    /// <summary>Host and port, as the contracts' environment variables want them.</summary>
    public string Address { get; }

    /// <summary>Whether a server can be started on this machine.</summary>
    public static bool IsHere => Find() != null;

    /// <summary>Starts a server and waits until it answers.</summary>
    public static async Task<RedisServer> StartAsync()
    {
        int port = FreePort();
        ProcessStartInfo start = new(Find() ?? throw new FileNotFoundException(Missing)) { RedirectStandardOutput = true };
        foreach (string argument in $"--port {port} --bind 127.0.0.1 --appendonly no --daemonize no".Split(' ').Append("--save").Append(""))
        {
            start.ArgumentList.Add(argument);
        }
        Process process = Process.Start(start)!;
        // nobody reads what it says, but a full pipe would stop it
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        RedisServer server = new(process, port);
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                using TcpClient probe = new();
                await probe.ConnectAsync(IPAddress.Loopback, port);
                return server;
            }
            catch (SocketException) when (attempt < 200 && !process.HasExited)
            {
                await Task.Delay(20);
            }
        }
    }

    /// <summary>Stops it.</summary>
    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static string? Find()
        => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Append("/usr/bin")
            .Select(folder => Path.Combine(folder, "redis-server"))
            .FirstOrDefault(File.Exists);

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
