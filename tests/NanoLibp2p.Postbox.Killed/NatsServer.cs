using System;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Threading.Tasks;

namespace NanoLibp2p.Postbox.Killed;

/// <summary>Debian's nats-server on loopback, with JetStream in a folder of its own. Ended, its folder is removed.</summary>
public sealed class NatsServer : IAsyncDisposable
{
    /// <summary>What to do where <see cref="IsHere"/> is false.</summary>
    public const string Missing = "nats-server is not installed: apt-get install nats-server";

    private readonly string _folder = Directory.CreateTempSubdirectory("nats").FullName;
    private readonly string _settings;
    private Process? _process;

    private NatsServer(string name, int port, string settings)
    {
        Name = name;
        Port = port;
        _settings = settings;
    }

    /// <summary>Whether one can be started on this machine.</summary>
    public static bool IsHere => Find() != null;

    /// <summary>Its name in a cluster.</summary>
    public string Name { get; }

    /// <summary>Where it listens.</summary>
    public int Port { get; }

    /// <summary>Its address.</summary>
    public string Url => $"nats://127.0.0.1:{Port}";

    /// <summary>Its process.</summary>
    public int ProcessId => _process!.Id;

    /// <summary>Starts one, and waits until it answers.</summary>
    /// <returns>The server.</returns>
    public static Task<NatsServer> StartAsync() => StartAsync("");

    /// <summary>Starts one with settings of its own, and waits until it answers.</summary>
    /// <param name="settings">Lines for its configuration.</param>
    /// <returns>The server.</returns>
    public static async Task<NatsServer> StartAsync(string settings)
    {
        NatsServer server = new("alone", FreePort(), settings);
        await server.StartAgainAsync();
        return server;
    }

    /// <summary>Starts several that are a cluster. They need some seconds to choose who leads.</summary>
    /// <param name="count">How many.</param>
    /// <returns>The servers.</returns>
    public static async Task<NatsServer[]> StartClusterAsync(int count)
    {
        int[] routes = [.. Enumerable.Range(0, count).Select(_ => FreePort())];
        string all = string.Join(", ", routes.Select(port => $"\"nats-route://127.0.0.1:{port}\""));
        NatsServer[] servers = [.. routes.Select((port, i) => new NatsServer($"server{i}", FreePort(),
            $"cluster {{ name: mail, listen: \"127.0.0.1:{port}\", routes: [{all}] }}\n"))];
        await Task.WhenAll(servers.Select(one => one.StartAgainAsync()));
        return servers;
    }

    /// <summary>A port of loopback on which nobody listens.</summary>
    /// <returns>The port.</returns>
    public static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Starts it again on its folder, and waits until it answers.</summary>
    /// <param name="port">Where it listens this time; 0 for where it did.</param>
    /// <returns>When it does.</returns>
    public async Task StartAgainAsync(int port = 0)
    {
        port = port == 0 ? Port : port;
        string config = Path.Combine(_folder, "nats.conf");
        await File.WriteAllTextAsync(config, string.Create(CultureInfo.InvariantCulture,
            $"server_name: {Name}\nlisten: \"127.0.0.1:{port}\"\njetstream {{ store_dir: \"{_folder}/mail\", max_memory_store: 16MB, "
            + $"max_file_store: 8GB }}\n{_settings}"));
        ProcessStartInfo start = new(Find() ?? throw new InvalidOperationException(Missing), ["-c", config, "-l", _folder + "/log"]);
        _process = Process.Start(start)!;
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                using TcpClient probe = new();
                await probe.ConnectAsync(IPAddress.Loopback, port);
                return;
            }
            catch (SocketException) when (attempt < 3000 && !_process.HasExited)
            {
                await Task.Delay(20);
            }
        }
    }

    /// <summary>Kills it, as by <c>kill -9</c>.</summary>
    /// <returns>When it has ended.</returns>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Has it stand still, or go on.</summary>
    /// <param name="isStill">Which.</param>
    public void Freeze(bool isStill)
    {
        using Process kill = Process.Start("kill", [isStill ? "-STOP" : "-CONT", ProcessId.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    /// <summary>Copies its files; it has to be killed for that.</summary>
    /// <returns>The copy's folder, to be given to <see cref="Restore"/>, which removes it.</returns>
    public string Copy()
    {
        string copy = Directory.CreateTempSubdirectory("nats-copy").FullName;
        CopyFolder(Path.Combine(_folder, "mail"), copy);
        return copy;
    }

    /// <summary>Puts back files as they were; it has to be killed for that.</summary>
    /// <param name="copy">What <see cref="Copy"/> returned.</param>
    public void Restore(string copy)
    {
        string mail = Path.Combine(_folder, "mail");
        Directory.Delete(mail, recursive: true);
        CopyFolder(copy, mail);
        Directory.Delete(copy, recursive: true);
    }

    /// <summary>What it has logged.</summary>
    /// <returns>The lines.</returns>
    public string Log()
    {
        using StreamReader log = new(new FileStream(_folder + "/log", FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return log.ReadToEnd();
    }

    /// <summary>All that the files of a stream have.</summary>
    /// <param name="stream">Which; null for all of them, and the log.</param>
    /// <returns>Their bytes, one after the other.</returns>
    public byte[] AllBytes(string? stream = null)
    {
        using MemoryStream all = new();
        string folder = stream == null ? _folder : $"{_folder}/mail/jetstream/$G/streams/{stream}";
        foreach (string file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            try
            {
                all.Write(File.ReadAllBytes(file));
            }
            catch (FileNotFoundException)
            {
                // the server has written it anew under another name, or removed it
            }
        }

        return all.ToArray();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_process != null)
        {
            if (!_process.HasExited)
            {
                await KillAsync();
            }

            _process.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private static void CopyFolder(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (string file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            string copy = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }

    private static string? Find()
        => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Append("/usr/sbin")
            .Select(one => Path.Combine(one, "nats-server")).FirstOrDefault(File.Exists);
}
