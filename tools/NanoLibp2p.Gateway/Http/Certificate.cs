using System;
using System.IO;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Threading;
using NanoLibp2p.Gateway.Configuration;
using NanoLibp2p.Gateway.Storage;

namespace NanoLibp2p.Gateway.Http;

/// <summary>The certificate of an https address, read again on SIGHUP.</summary>
internal sealed class Certificate
{
    private X509Certificate2? _current;

    internal Certificate(GatewaySettings settings)
    {
        Reload(settings);
    }

    /// <summary>Null where no https is served.</summary>
    internal X509Certificate2? Current => Volatile.Read(ref _current);

    /// <summary>Reads it again.</summary>
    /// <exception cref="GatewayException">It can't be read, or key and certificate do not belong together: then the former one
    /// stays.</exception>
    internal void Reload(GatewaySettings settings)
    {
        if (settings.HttpCertificate.Length == 0 || settings.HttpCertificateKey.Length == 0)
        {
            return;
        }

        try
        {
            Volatile.Write(ref _current, X509Certificate2.CreateFromPemFile(settings.HttpCertificate, settings.HttpCertificateKey));
        }
        catch (Exception e) when (Disk.IsFailure(e) || e is CryptographicException or ArgumentException)
        {
            throw new GatewayException($"cannot take the certificate in {settings.HttpCertificate} with the key in "
                + $"{settings.HttpCertificateKey}: {(e is FileNotFoundException or DirectoryNotFoundException ? "a file is not there"
                    : Disk.Why(e))}; give both as PEM files", isConfiguration: true, e);
        }
    }
}
