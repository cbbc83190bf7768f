<#
.SYNOPSIS
Blocks what WSL and virtual machines send: Windows shows their packets to no filter of ksp.
.DESCRIPTION
For Windows 11 22H2 and later. -Off takes the rule away again.
.EXAMPLE
powershell -ExecutionPolicy Bypass -File hyperv.ps1
#>
#requires -Version 5.1
#requires -RunAsAdministrator
param([switch]$Off)
Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'
if (-not (Get-Command New-NetFirewallHyperVRule -ErrorAction SilentlyContinue)) {
	throw 'ksp: this Windows has no firewall for Hyper-V: keep WSL and virtual machines off this machine'
}
Get-NetFirewallHyperVRule -Name 'ksp' -ErrorAction SilentlyContinue | Remove-NetFirewallHyperVRule
if (-not $Off) {
	New-NetFirewallHyperVRule -Name 'ksp' -DisplayName 'ksp: virtual machines' -Direction Outbound -Action Block | Out-Null
}
