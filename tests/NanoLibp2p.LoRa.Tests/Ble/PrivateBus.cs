using System;
using System.Diagnostics;
using System.IO;

namespace NanoLibp2p.LoRa.Tests.Ble;

/// <summary>A D-Bus of the test's own, run by Debian's dbus-daemon.</summary>
internal sealed class PrivateBus : IDisposable
{
    private const string Daemon = "/usr/bin/dbus-daemon";

    private readonly string _folder = Directory.CreateTempSubdirectory("nanolibp2p-bus").FullName;
    private readonly Process _process;

    public PrivateBus()
    {
        string config = Path.Combine(_folder, "bus.conf");
        File.WriteAllText(config, $"""
            <!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
              "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
            <busconfig>
              <type>session</type>
              <listen>unix:path={_folder}/bus</listen>
              <auth>EXTERNAL</auth>
              <policy context="default">
                <allow send_destination="*" eavesdrop="true"/>
                <allow eavesdrop="true"/>
                <allow own="*"/>
              </policy>
            </busconfig>
            """);
        _process = Process.Start(new ProcessStartInfo(Daemon, ["--config-file", config, "--nofork", "--print-address=1"])
        {
            RedirectStandardOutput = true,

            // a word about limits that only root may raise
            RedirectStandardError = true,
        })!;
        Address = _process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("dbus-daemon printed no address");
    }

    public static bool IsThere => File.Exists(Daemon);

    public string Address { get; }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        Directory.Delete(_folder, true);
    }
}
